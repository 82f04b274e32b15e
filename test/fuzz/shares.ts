import { targets } from './targets';

/** What a target gets of all inputs, against others: what costs little gets much, what makes reports of each input little. */
const weights: Readonly<Record<string, number>> = {
  ...{ 'engine-messages': 300, 'page-messages': 300, 'search-requests': 200, patterns: 150 },
  ...{ 'trainers-json': 12, 'trainers-yaml': 8, 'trainers-python': 12, 'chat-template': 12 },
  ...{ safetensors: 6, outcomes: 6, optuna: 10, 'scores-import': 10, 'tokenizer-config': 6 },
  ...{ experiment: 4, 'model-index': 3, 'model-config': 3, 'adapter-config': 3 },
  ...{ 'plan-json': 2, 'scores-json': 2, trials: 1, 'run-journal': 0.7 },
};
const usual = 3;

/** How many inputs each target gets of so many together; at least one. */
export function runsOf(all: number): Map<string, number> {
  const sum = targets.reduce((total, { name }) => total + (weights[name] ?? usual), 0);
  return new Map(
    targets.map(({ name }) => [name, Math.max(1, Math.ceil((all * (weights[name] ?? usual)) / sum))]),
  );
}

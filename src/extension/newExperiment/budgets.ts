import type { Experiment } from '../../configs/experiment/experiment';
import { parseCount, parseLayers } from '../../shared/quantity';
import { budgetLimits } from '../../planning/budget';
import { matchTargets } from '../../planning/checkRequest';
import { adapterForm, moduleParameters } from '../../planning/parameters';
import { formatCount, formatShare } from '../../shared/format';
import type { Budget, Module } from '../../shared/words';

/** A limit as it is written: `layers: 50%`. */
export interface WrittenBudget {
  readonly text: string;
  readonly budget: Budget;
}

/** What adapters are asked for. */
export interface AdapterShape {
  readonly targets: readonly string[];
  readonly rank: number;
  readonly alpha: number;
  readonly experts: number;
}

/** Shares of the layers to choose from; half of them first. */
export const shares = ['50%', '25%', '75%', '100%'] as const;

/**
 * A limit as people say it: `25%`, `8 layers`, `200k`, `8 MB`, `48 experts`; or a key with its value, `parameters: 2M`.
 *
 * @returns what is wrong with it where it is none
 */
export function readBudget(typed: string): WrittenBudget | { readonly wrong: string } {
  const text = typed.trim();
  const [, key, value = text] = /^(layers|parameters|experts|megabytes)\s*:\s*(.*)$/.exec(text) ?? [];
  const [, number = '', unit = ''] =
    /^([\d._]+\s*%?\s*[kKMGB]?)\s*(layers?|parameters?|params?|experts?|MB)?$/.exec(value) ?? [];
  const of = key ?? keyOf(number.trim(), unit);
  const amount = number.trim().replace(/\s+/g, '');
  if (of === 'layers') {
    const layers = parseLayers(amount);
    if (layers) return { text: `layers: ${amount}`, budget: { layers } };
  } else if (of === 'megabytes') {
    const megabytes = Number(amount);
    if (megabytes > 0) return { text: `megabytes: ${amount}`, budget: { megabytes } };
  } else if (of !== undefined) {
    const count = parseCount(amount);
    if (count !== undefined) return { text: `${of}: ${amount}`, budget: { [of]: count } };
  }
  return {
    wrong:
      'Say a share or number of layers (25%, 8 layers), parameters (200k), a size (8 MB) or experts (48 experts).',
  };
}

function keyOf(number: string, unit: string): keyof Budget | undefined {
  if (number === '') return undefined;
  if (/^layer/.test(unit) || number.endsWith('%')) return 'layers';
  if (/^expert/.test(unit)) return 'experts';
  return unit === 'MB' ? 'megabytes' : 'parameters';
}

/** `4 of 8 layers, at most 61.4 k parameters, 6.8 % of the model` */
export function budgetCosts(
  { method, adapter, adalora, budget }: Pick<Experiment, 'method' | 'adapter' | 'adalora' | 'budget'>,
  model: { readonly modules: readonly Module[]; readonly layers: number; readonly parameters: number },
): string {
  const form = adapterForm(method);
  // AdaLoRA begins with more than it ends with.
  const rank = method === 'adalora' ? adalora.initR : adapter.rank;
  const targets = matchTargets(model.modules, adapter.targets);
  const costs = new Array<number>(model.layers).fill(0);
  for (const module of model.modules) {
    if (!targets.has(module.path)) continue;
    const cost = moduleParameters(module, { rank, experts: adapter.experts }, form);
    costs[module.layer] = (costs[module.layer] ?? 0) + cost;
  }
  const limits = budgetLimits(budget, model.layers);
  const most = costs
    .sort((a, b) => b - a)
    .slice(0, limits.layers)
    .reduce((sum, cost) => sum + cost, 0);
  const parameters = Math.min(most, limits.parameters);
  return `${limits.layers} of ${model.layers} layers, at most ${formatCount(parameters)} parameters, ${formatShare(parameters / model.parameters)} of the model`;
}

import { basename, dirname, isAbsolute, relative, sep } from 'node:path';
import { quoted } from '../../configs/experiment/planRows';
import { experimentEnding } from '../../shared/ids';
import type { Draft, DraftTask } from './draft';
import { methodWords } from './methods';

/** A new experiment, with a word behind what a beginner would look up. */
export function experimentText(draft: Draft): string {
  const { model, modelName, tasks, method, adapter, budget, target } = draft;
  const path = pathIn(draft);
  const names = tasks.map(({ name }) => name).join(', ');
  const { targets, rank, alpha, experts } = adapter;
  const shape = `{ targets: [${targets.map((name) => quoted(name, '')).join(', ')}], rank: ${rank}, alpha: ${alpha}, experts: ${experts} }`;
  return [
    target === undefined
      ? `# Where adapters belong in ${oneLine(modelName)} for ${oneLine(names)}, under the budget below.`
      : `# Which layers of the base model matter for your task, and the plan that goes back into ${oneLine(basename(target))}.`,
    '# Score Layers measures; Allocate writes the plan. Hover a key to see what it is for.',
    'version: 1',
    `model: ${path(model)} # a Hugging Face folder`,
    'tasks:',
    ...tasks.flatMap((task) => taskLines(task, path)),
    `method: ${method}${comment(methodWords(method).comment)}`,
    `adapter: ${shape}`,
    'score: { samples: 128 } # of each task',
    `budget: { ${budget} } # or parameters: 2M, megabytes: 8`,
    ...(target === undefined ? [] : [`target_config: ${path(target)}`]),
    '# train: { epochs: 1, learning_rate: 3e-4, seeds: [1, 2, 3] } # for Train',
    '# judge: { controls: [uniform] } # Run Experiment then ends with the verdict: is the plan better?',
    '# search: { ranks: [4, 8, 16], layers: [25%, 50%] } # for Search Ranks',
    '',
  ].join('\n');
}

/** `axolotl.yml` -> `axolotl.adapter.yaml`, with a number where that is taken. */
export function experimentFile(target: string, exists: (file: string) => boolean): string {
  const stem = target.replace(/\.[^./\\]*$/, '');
  for (let count = 1; ; count++) {
    const file = `${stem}${count === 1 ? '' : `-${count}`}${experimentEnding}`;
    if (!exists(file)) return file;
  }
}

function taskLines(task: DraftTask, path: (absolute: string) => string): string[] {
  const { name, kind, train, validation, test, rows, text, label, classes = [], prompt } = task;
  const line = (key: string, value: string | undefined, words?: string): string[] =>
    value === undefined ? [] : [`    ${key}: ${value}${comment(words)}`];
  const column = (given: string | undefined): string | undefined => given && quoted(given, '');
  const known = classes.every((one) => /^[\p{L}\p{N}_ -]{1,20}$/u.test(one)) && classes.length <= 6;
  return [
    `  - name: ${quoted(name, '')}`,
    ...line('kind', kind, lossWords(task)),
    ...line('train', path(train), rows),
    ...line('validation', validation && path(validation)),
    ...line('test', test && path(test)),
    ...line('text', column(text)),
    ...line('label', column(label), known && classes.length > 0 ? classes.join(', ') : undefined),
    ...line('prompt', prompt && JSON.stringify(prompt)),
  ];
}

function lossWords({ kind, text, prompt }: DraftTask): string {
  if (kind !== 'causal-lm') return 'the loss is on the label';
  if (prompt !== undefined) return 'the loss is on what follows the prompt';
  return text === undefined ? 'the loss is on what the rows train' : 'the loss is on the whole text';
}

/** What lies in the folder that is open is named from the experiment on, so that both can move; a model elsewhere is not. */
function pathIn({ file, root }: Draft): (absolute: string) => string {
  return (absolute) => {
    const inRoot = relative(root, absolute);
    const isOutside = inRoot === '..' || inRoot.startsWith(`..${sep}`) || isAbsolute(inRoot);
    const path = isOutside ? absolute : relative(dirname(file), absolute);
    return pathText(path.split(sep).join('/') || '.');
  };
}

/** `../data` needs no quotes either; `2024` is a number without them. */
const pathText = (path: string): string => (/^(?:\.\.?)?\/[\w./-]*$/.test(path) ? path : quoted(path, ''));

const comment = (words: string | undefined): string => (words === undefined ? '' : ` # ${oneLine(words)}`);

const oneLine = (text: string): string => text.replace(/\p{C}+/gu, ' ');

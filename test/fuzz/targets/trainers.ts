import assert from 'node:assert/strict';
import type { TextRange } from '../../../src/configs/text/yamlText';
import { parseJsonTree } from '../../../src/configs/trainers/jsonTree';
import { loadPython } from '../../../src/configs/trainers/python/pythonParser';
import { readTrainerConfigs, type Parsers } from '../../../src/configs/trainers/read';
import { findings } from '../../../src/configs/trainers/rules/rules';
import { syntaxes, type ConfigNode, type ParsedTree, type Syntax } from '../../../src/configs/trainers/tree';
import { parseYamlTree } from '../../../src/configs/trainers/yamlTree';
import { corpus } from '../../unit/configs/trainers/corpus';
import { models } from '../../unit/configs/rules/models';
import { mutateJson } from '../mutators/json';
import { mutateText } from '../mutators/text';
import { textOf, type FuzzTarget } from '../target';

/** Where a text is one tree; of a Python source, its calls are, and only those that are recognized. */
const trees: Readonly<Partial<Record<Syntax, (text: string) => ParsedTree>>> = {
  json: parseJsonTree,
  yaml: parseYamlTree,
};

/** The trainers' own files: parsed, recognized, and looked through for mistakes on a base model. */
export const trainers: readonly FuzzTarget[] = syntaxes.map((syntax) => ({
  name: `trainers-${syntax}`,
  open: async () => {
    const parsers: Parsers = syntax === 'python' ? { python: await loadPython() } : {};
    const all = corpus();
    const texts = all.map(({ text }) => text);
    const parse = trees[syntax];
    return {
      seeds: all.filter((file) => file.syntax === syntax).map(({ name, text }) => ({ name, input: text })),
      mutate: ({ input }, random) => {
        const isTree = syntax === 'json' && random() < 0.5;
        return (isTree ? mutateJson : mutateText)(textOf(input), texts, random);
      },
      read: (input) => {
        const text = textOf(input);
        if (parse) requireSound(parse(text), text);
        return isSoundConfig(text, syntax, parsers);
      },
    };
  },
}));

function requireSound({ root, faults }: ParsedTree, text: string): void {
  for (const { range, message } of faults) within(range, text, message);
  if (root) walk(root, text);
}

function walk(node: ConfigNode, text: string): void {
  within(node.range, text, node.kind);
  if (node.kind === 'list') for (const item of node.items) walk(item, text);
  if (node.kind !== 'map') return;
  for (const { key, keyRange, value } of node.entries) {
    within(keyRange, text, key);
    if (value) walk(value, text);
  }
}

/** Whether an adapter was recognized, with everything that is said of it in its place. */
function isSoundConfig(text: string, syntax: Syntax, parsers: Parsers): boolean {
  const { configs, faults } = readTrainerConfigs(text, syntax, parsers);
  for (const { range, message } of faults) within(range, text, message);
  for (const config of configs) {
    const { root, place, said, settings, faults } = config;
    walk(root, text);
    within(place, text, 'place');
    for (const { keyRange } of Object.values(said)) within(keyRange, text, 'said');
    for (const { range, name } of settings.targetNames) within(range, text, name);
    for (const { range, pattern } of [...settings.ranks, ...settings.alphas]) within(range, text, pattern);
    for (const { range, message } of faults) within(range, text, message);
    assert.ok(Number.isInteger(settings.rank) && settings.rank > 0, `rank ${settings.rank}`);
    assert.ok(Number.isFinite(settings.alpha), `alpha ${settings.alpha}`);
    // The mistakes are looked for in one of eight: it costs as much as reading the other seven.
    if (text.length % 8 > 0) continue;
    for (const { range, title } of findings(text, config, models['llama'])) within(range, text, title);
  }
  return configs.length > 0;
}

const within = ({ start, end }: TextRange, { length }: string, what: string): void =>
  assert.ok(0 <= start && start <= end && end <= length, `${what} at ${start} to ${end} of ${length}`);

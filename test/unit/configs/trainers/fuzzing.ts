import * as assert from 'node:assert/strict';
import { seededRandom } from '../../../../src/shared/random';
import type { TextRange } from '../../../../src/configs/text/yamlText';
import { parseJsonTree } from '../../../../src/configs/trainers/jsonTree';
import { readTrainerConfigs, type Parsers } from '../../../../src/configs/trainers/read';
import type { ConfigNode, ParsedTree, Syntax } from '../../../../src/configs/trainers/tree';
import { parseYamlTree } from '../../../../src/configs/trainers/yamlTree';
import { corpus } from './corpus';
import { mutate } from './mutate';

/** Where a text is one tree; of a Python source, its calls are, and only those that are recognized. */
const trees: Readonly<Partial<Record<Syntax, (text: string) => ParsedTree>>> = {
  json: parseJsonTree,
  yaml: parseYamlTree,
};

/** A mutated text that broke a promise, and the promise. */
export interface FuzzFailure {
  readonly run: number;
  readonly file: string;
  readonly error: string;
  readonly text: string;
}

export interface FuzzReport {
  readonly runs: number;
  /** Texts in which an adapter was recognized all the same. */
  readonly recognized: number;
  readonly slowestMs: number;
  readonly failures: readonly FuzzFailure[];
}

/**
 * Reads mutated texts of the corpus: nothing is thrown, and every place lies within the text.
 * @param seed of the mutations; run n of a seed is always the same text
 * @param parsers with Python's
 * @param until no run begins later, in milliseconds of `performance.now()`
 */
export function fuzz(
  syntax: Syntax,
  runs: number,
  seed: number,
  parsers: Parsers,
  until = Infinity,
): FuzzReport {
  const parse = trees[syntax];
  const all = corpus();
  const files = all.filter((file) => file.syntax === syntax);
  const failures: FuzzFailure[] = [];
  let recognized = 0;
  let slowestMs = 0;
  let run = 0;
  for (; run < runs && performance.now() < until; run++) {
    const file = files[run % files.length];
    assert.ok(file, `no file of ${syntax}`);
    const text = mutate(file.text, all, seededRandom(seed, `${syntax} ${run}`));
    const started = performance.now();
    try {
      if (parse) requireSound(parse(text), text);
      if (isSoundConfig(text, syntax, parsers)) recognized++;
    } catch (thrown) {
      failures.push({ run, file: file.name, error: String(thrown), text });
    }
    slowestMs = Math.max(slowestMs, performance.now() - started);
  }
  return { runs: run, recognized, slowestMs: Math.round(slowestMs), failures };
}

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
  for (const { root, place, said, settings, faults } of configs) {
    walk(root, text);
    within(place, text, 'place');
    for (const { keyRange } of Object.values(said)) within(keyRange, text, 'said');
    for (const { range, name } of settings.targetNames) within(range, text, name);
    for (const { range, pattern } of [...settings.ranks, ...settings.alphas]) within(range, text, pattern);
    for (const { range, message } of faults) within(range, text, message);
    assert.ok(Number.isInteger(settings.rank) && settings.rank > 0, `rank ${settings.rank}`);
    assert.ok(Number.isFinite(settings.alpha), `alpha ${settings.alpha}`);
  }
  return configs.length > 0;
}

const within = ({ start, end }: TextRange, { length }: string, what: string): void =>
  assert.ok(0 <= start && start <= end && end <= length, `${what} at ${start} to ${end} of ${length}`);

import * as assert from 'node:assert/strict';
import fc from 'fast-check';
import path from 'node:path';
import { applyEdits } from '../../../../src/configs/text/textEdit';
import type { TrainerConfig } from '../../../../src/configs/trainers/description';
import { isKnown, targeting } from '../../../../src/configs/trainers/known';
import { readAgain } from '../../../../src/configs/trainers/read';
import { resolve } from '../../../../src/configs/trainers/resolve';
import { writeBackOf } from '../../../../src/configs/trainers/writeBack/applyPlan';
import { readBaseModel, type BaseModel } from '../../../../src/files/baseModel';
import { LabError } from '../../../../src/shared/errors';
import type { Plan } from '../../../../src/shared/words';
import { corpus, needsPython, readCorpus, type CorpusFile } from '../trainers/corpus';
import { plansOn } from './plans';

/**
 * Refused with a reason: an anchor that an alias needs, a value that is half typed, a key in `**settings`, and patterns that are no
 * expression, or one that may not end.
 */
const refusing: readonly string[] = [
  'axolotl/anchors.yml',
  'python/half_value.py',
  'python/splats.py',
  'rules/faults-axolotl.yml',
  'rules/faults-endless.json',
  'rules/faults-json.json',
  'rules/faults-python.py',
];

describe('a plan in any file of the corpus', function () {
  this.timeout(300_000);
  needsPython();
  let base: BaseModel;
  before(async () => {
    base = await readBaseModel(path.resolve(__dirname, '../../../../media/sample/model'));
  });

  /** @returns what it was refused for */
  function holds({ text, syntax }: CorpusFile, config: TrainerConfig, plan: Plan): string | undefined {
    const read = (whole: string) => readCorpus(whole, syntax);
    const again = readAgain(config, read);
    const apply = (whole: string, one: TrainerConfig) => writeBackOf(whole, one, plan, base, { read });
    let written;
    try {
      written = apply(text, config);
    } catch (thrown) {
      if (thrown instanceof LabError) return `${thrown.code}: ${thrown.message}`;
      throw thrown;
    }
    const { edits, losses, seedAdapter } = written;
    const after = applyEdits(text, edits);
    const { config: found, faults } = again(after);
    assert.ok(found, after);
    assert.ok(faults.length <= again(text).faults.length, after);
    const { format, kind } = config;
    assert.deepEqual([found.format, found.kind], [format, kind]);
    const comments = (whole: string): number => whole.split('#').length;
    if (edits.length === 0) assert.equal(after, text);
    if (!/['"].*#/.test(text))
      assert.ok(comments(after) >= comments(text) - removedLines(text, after), after);
    if (losses.length === 0 && !seedAdapter) {
      const rows = resolve(found, base).modules.map(({ path: name, rank, alpha }) => [name, { rank, alpha }]);
      const wanted = Object.entries(plan.modules).map(([name, { rank, alpha }]) => [name, { rank, alpha }]);
      assert.deepEqual(Object.fromEntries(rows), Object.fromEntries(wanted), after);
      // What is not known may be anything when it runs.
      const chooses = kind === 'lora' ? (['rankPattern', 'alphaPattern', 'alpha'] as const) : [];
      assert.ok(isKnown(found, 'rank', ...chooses, ...targeting), after);
    }
    assert.deepEqual(apply(after, found).edits, [], 'a second time');
    return undefined;
  }

  for (const file of corpus().filter(({ folder }) => folder !== 'none')) {
    it(`comes out of ${file.name} again, or is refused`, () => {
      const { configs } = readCorpus(file.text, file.syntax);
      const refused = new Set<string>();
      fc.assert(
        fc.property(plansOn(base.matrices), (plan) => {
          for (const config of configs) {
            const why = holds(file, config, plan);
            if (why !== undefined) refused.add(why);
          }
        }),
        { seed: 1, numRuns: 4 },
      );
      // The plans are LoRA's.
      const mayBe = refusing.includes(file.name) || configs.some(({ kind }) => kind === 'lily');
      assert.equal(refused.size > 0, mayBe, [...refused].join());
    });
  }
});

/** How many lines went: a row that is removed takes its comment with it. */
const removedLines = (before: string, after: string): number => {
  const left = new Set(after.split('\n'));
  return before.split('\n').filter((line) => line.includes('#') && !left.has(line)).length;
};

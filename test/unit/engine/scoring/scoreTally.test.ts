import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { prepare, type Prepared } from '../../../../src/engine/prepare';
import type { ScoreRequest } from '../../../../src/engine/request';
import { ScoreTally } from '../../../../src/engine/scoring/scoreTally';
import type { Unit, Update } from '../../../../src/engine/scoring/work';
import { workloadOf, type Workload } from '../../../../src/engine/scoring/workload';
import { anytimeStop, roundEnds } from '../../../../src/planning/anytime';
import { mulberry32 } from '../../../../src/shared/random';
import { temporaryFolder } from '../../files/temporary';
import { smallLlama, writeRandomLlama } from '../../models/randomLlama';
import { requestIn } from '../requests';
import { tokenizedLines, writeSmallExperiment } from '../smallExperiment';

const layers = 4;
const sizes = [150, 70];

/** Scoring that stops once it is sure, with values that are given: nothing is computed. */
describe('the tally of a score', () => {
  const folder = temporaryFolder();
  before(async () => {
    await writeSmallExperiment(folder.path);
    const shape = { ...smallLlama, num_hidden_layers: layers };
    await writeRandomLlama(path.join(folder.path, 'models', 'small'), shape);
    await writeFile(path.join(folder.path, 'data', 'first.jsonl'), tokenizedLines(sizes[0]!, 1));
    await writeFile(path.join(folder.path, 'data', 'second.jsonl'), tokenizedLines(sizes[1]!, 2));
  });

  /** Values of layers: [task][layer][sample]. One layer of each task stands out by its gap. */
  const valuesOf = (seed: number, gaps: readonly number[]): number[][][] =>
    sizes.map((samples, task) =>
      Array.from({ length: layers }, (_, layer) => {
        const random = mulberry32(seed * 100 + task * 10 + layer);
        return Array.from({ length: samples }, () => 1 + random() + (layer === 2 ? gaps[task]! : 0));
      }),
    );

  /** What a unit would report. A layer's value is its first module's; the others have 0. */
  function updatesOf(
    { index: unit, items }: Unit,
    { mode, items: all }: Workload,
    { model }: Prepared,
    values: readonly (readonly (readonly number[])[])[],
  ): Update[] {
    const rows = (item: number, layer?: number): number[][] => {
      const { task, batch } = all[item]!;
      const seen = new Set<number>();
      return model.modules
        .filter((module) => layer === undefined || module.layer === layer)
        .map((module) => {
          const first = !seen.has(module.layer);
          seen.add(module.layer);
          return batch.members.map((sample) => (first ? values[task]![module.layer]![sample]! : 0));
        });
    };
    const losses = items.map((item) => all[item]!.batch.members.map(() => 1));
    if (mode !== 'streaming')
      return items.map((item, at) => ({ kind: 'batch', unit, item, losses: losses[at]!, norms: rows(item) }));
    const each = Array.from({ length: layers }, (_, layer) => layer);
    return [
      ...[...each, layers].map((layer) => ({ kind: 'forward', unit, layer }) as const),
      { kind: 'losses', unit, losses },
      ...each
        .reverse()
        .map(
          (layer) => ({ kind: 'layer', unit, layer, norms: items.map((item) => rows(item, layer)) }) as const,
        ),
    ];
  }

  /** Takes all that is wanted to its end, the updates of the units of a round in any order between each other. */
  function finish(tally: ScoreTally, next: (unit: Unit) => readonly Update[], random: () => number) {
    const taken: Update[] = [];
    const units: Unit[] = [];
    for (let open = tally.open(); open.length > 0; open = tally.open()) {
      units.push(...open);
      const queues = open.map((unit) => [...next(unit)]).filter(({ length }) => length > 0);
      while (queues.length > 0) {
        const at = Math.floor(random() * queues.length);
        const update = queues[at]!.shift()!;
        const before = tally.share;
        tally.take(update);
        taken.push(update);
        assert.ok(tally.share >= before, 'progress never falls');
        if (queues[at]!.length === 0) queues.splice(at, 1);
      }
    }
    return { taken, units };
  }

  const cases = fc.record({
    memory: fc.constantFrom('auto' as const, 'streaming' as const),
    processes: fc.integer({ min: 1, max: 3 }),
    batchSize: fc.integer({ min: 1, max: 40 }),
    gaps: fc.tuple(fc.constantFrom(0, 0.2, 0.4, 3), fc.constantFrom(0, 0.2, 3)),
    level: fc.constantFrom(0.8, 0.95, 1),
    seed: fc.nat(30),
    killed: fc.double({ min: 0, max: 1, noNaN: true }),
  });

  it('stops each task where its samples say, however the work is cut, whatever comes first, and after a kill', async () => {
    const stops = new Set<string>();
    await fc.assert(
      fc.asyncProperty(cases, async ({ memory, processes, batchSize, gaps, level, seed, killed }) => {
        const request: ScoreRequest = requestIn(folder.path, {
          ...{ memory, processes, batchSize, samples: 1000 },
          untilSure: { level, layers: { count: 1 } },
        });
        const prepared = await prepare(request);
        const work = workloadOf(prepared, request, 4, undefined);
        const values = valuesOf(seed, gaps);
        const random = mulberry32(seed + 1);
        const tally = new ScoreTally(prepared, request, work);
        const { taken, units } = finish(tally, (unit) => updatesOf(unit, work, prepared, values), random);
        assert.equal(tally.share, 1);
        const wanted = sizes.map((size, task) => anytimeStop(values[task]!, 1, level) ?? size);
        const found = tally.tasks.map(({ samples, samplesDone, finished }) => {
          assert.ok(finished);
          assert.equal(samples, samplesDone);
          return samples;
        });
        assert.deepEqual(found, wanted);
        stops.add(found.join());
        // No more was computed than the rounds up to the stop, and each item once.
        const computed = sizes.map(() => 0);
        for (const item of units.flatMap(({ items }) => items)) {
          const { task, batch } = work.items[item]!;
          computed[task]! += batch.members.length;
        }
        assert.deepEqual(computed, wanted);
        tally.tasks.forEach(({ certainty }, task) => {
          const ends = roundEnds(sizes[task]!);
          const looked = certainty!.looks.map(({ samples }) => samples);
          assert.deepEqual(looked, ends.slice(0, ends.indexOf(wanted[task]!) + 1));
        });

        // A journal that ends anywhere comes to the same, with the other units in another order.
        const kept = taken.slice(0, Math.floor(killed * taken.length));
        const again = new ScoreTally(prepared, request, work);
        for (const update of kept) again.take(update);
        const left = (unit: Unit): Update[] =>
          updatesOf(unit, work, prepared, values).slice(kept.filter((one) => one.unit === unit.index).length);
        finish(again, left, random);
        assert.deepEqual(
          again.tasks.map((task) => [task.moduleScores(true), task.certainty, task.meanLoss]),
          tally.tasks.map((task) => [task.moduleScores(true), task.certainty, task.meanLoss]),
        );
        assert.equal(again.share, 1);
        await prepared.model.dispose();
      }),
      { seed: 4, numRuns: 40 },
    );
    for (const both of ['64,64', '64,70', '150,64']) assert.ok(stops.has(both), [...stops].join(' '));
  });
});

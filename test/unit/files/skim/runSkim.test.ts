import assert from 'node:assert/strict';
import fc from 'fast-check';
import { RunSkim, type SkimLimits } from '../../../../src/files/skim/runSkim';
import { replay } from '../../../../src/shared/replay';
import { runEventSchema, type RunEvent } from '../../../../src/shared/runEvents';
import { emptyRun, type RunState } from '../../../../src/shared/runState';
import { throwsWith } from '../throwsCode';
import { events as anyEvents, writers } from './journals';

const at = '2026-11-22T00:00:00.000Z';
const path = 'events.jsonl';

/** What a skim leaves of a journal's bytes, which come in two pieces. */
function skimmed(bytes: Buffer, cut = 0, limits?: SkimLimits): RunEvent[] {
  const skim = new RunSkim(path, 0, limits);
  const half = bytes.lastIndexOf(0x0a, cut) + 1;
  for (const piece of [bytes.subarray(0, half), bytes.subarray(half)]) {
    const copy = Buffer.from(piece);
    if (copy.length > 0) skim.take(copy);
    // As a buffer that is used again is.
    copy.fill(0);
  }
  return skim.values();
}

const linesOf = (events: readonly object[]): Buffer =>
  Buffer.from(events.map((one) => `${JSON.stringify(one)}\n`).join(''));

/** Without what may be thinned. */
const bare = (run: RunState) => ({
  ...run,
  trials: run.trials.map((trial) => ({ ...trial, points: [], reallocations: [] })),
});

const isWithin = (few: readonly unknown[], all: readonly unknown[]): boolean => {
  const keys = all.map((one) => JSON.stringify(one));
  let from = 0;
  return few.every((one) => (from = keys.indexOf(JSON.stringify(one), from) + 1) > 0);
};

const stepOf = (trial: string, step: number): RunEvent => ({
  ...{ at, type: 'step', trial, step, loss: 1 / step },
  ...{ learningRate: 0, gradientNorm: 0, tokensPerSecond: 1 },
});

describe('a skim of a run', () => {
  it('gives the state that all events give, wherever the journal is cut and whoever wrote it', function () {
    this.timeout(120_000);
    const writing = fc.array(fc.nat({ max: 3 * writers.length }), { minLength: 1, maxLength: 7 });
    fc.assert(
      fc.property(anyEvents, writing, fc.nat(), fc.nat(), (events, hands, cutLines, cutBytes) => {
        const texts = events.map((one, index) => {
          const write = writers[hands[index % hands.length]!] ?? writers[0]!;
          return `${write(one)}\n`;
        });
        const cut = cutLines % (texts.length + 1);
        const parts = [texts.slice(0, cut), texts.slice(cut)].map((part) => Buffer.from(part.join('')));
        const few = parts.map((part) => skimmed(part, cutBytes % (part.length + 1)));
        const state = few.reduce(replay, emptyRun);
        const whole = replay(
          emptyRun,
          texts.map((text) => runEventSchema.parse(JSON.parse(text))),
        );
        assert.deepEqual(state, whole);
      }),
      { numRuns: 1000, seed: 11 },
    );
  });

  it('gives the same state but for thinned points, of which the first and the newest are there', function () {
    this.timeout(120_000);
    const least = { each: 2, all: 2, length: 300 };
    fc.assert(
      fc.property(anyEvents, fc.nat(), (events, cut) => {
        const bytes = linesOf(events);
        const few = skimmed(bytes, cut % (bytes.length + 1), { steps: least, reallocations: least });
        const [state, whole] = [replay(emptyRun, few), replay(emptyRun, events)];
        assert.deepEqual(bare(state), bare(whole));
        state.trials.forEach(({ name, points, reallocations }, index) => {
          const all = whole.trials[index]!;
          assert.ok(isWithin(points, all.points) && isWithin(reallocations, all.reallocations));
          assert.deepEqual(points[0], all.points[0]);
          const [told] = events.filter((one) => 'trial' in one && one.trial === name).slice(-1);
          if (told?.type === 'step') assert.deepEqual(points.at(-1), all.points.at(-1));
          if (told?.type === 'reallocated') assert.deepEqual(reallocations.at(-1), all.reallocations.at(-1));
        });
      }),
      { numRuns: 1000, seed: 12 },
    );
  });

  it('thins steps evenly, and keeps the first and the last', () => {
    const events = [
      { at, type: 'started', job: 'train', experiment: 'a', tasks: ['x'] },
      ...Array.from({ length: 20_000 }, (_, index) => [
        stepOf('seed-1', index + 1),
        { at, type: 'progress', share: (index + 1) / 20_000 },
      ]).flat(),
    ];
    const few = skimmed(linesOf(events), 1_000_000);
    assert.ok(few.length < 2100, String(few.length));
    const steps = few.flatMap((one) => (one.type === 'step' ? [one.step] : []));
    assert.deepEqual([steps[0], steps.at(-1)], [1, 20_000]);
    const gaps = steps.slice(1).map((step, index) => step - steps[index]!);
    assert.ok(Math.max(...gaps) <= 16, String(Math.max(...gaps)));
    const [state, whole] = [few, events as RunEvent[]].map((all) => replay(emptyRun, all));
    assert.deepEqual(bare(state!), bare(whole!));
  });

  it('keeps what a trial that went back has told since', () => {
    const trial = (fromStep: number): RunEvent => ({
      ...{ at, type: 'trial', trial: 't', seed: 1, steps: 9000, fromStep, parameters: 1, samples: 1 },
    });
    const steps = (from: number, to: number): RunEvent[] =>
      Array.from({ length: to - from }, (_, index) => stepOf('t', from + index + 1));
    const events = [trial(0), ...steps(0, 6000), trial(5000), ...steps(5000, 5003)];
    const few = skimmed(linesOf(events));
    assert.ok(few.length < 2100);
    const [points, all] = [few, events].map((one) => replay(emptyRun, one).trials[0]!.points);
    assert.ok(
      isWithin(
        points!.filter(({ step }) => step <= 5000),
        steps(0, 5000).map(pointOf),
      ),
    );
    assert.deepEqual(points![0], all![0]);
    assert.equal(points!.at(-1)?.step, 5003);
    assert.ok(points!.some(({ step }) => step === 5001));
    assert.ok(points!.every(({ step }, index) => index === 0 || step > points![index - 1]!.step));
  });

  it('shares a limit among hundreds of trials', () => {
    const events = Array.from({ length: 300 }, (_, trial) =>
      Array.from({ length: 200 }, (_, step) => stepOf(`trial-${trial}`, step + 1)),
    ).flat();
    const few = skimmed(linesOf(events));
    assert.ok(few.length < 21_000, String(few.length));
    const last = new Map(few.map((one) => (one.type === 'step' ? [one.trial, one.step] : ['', 0])));
    assert.deepEqual([...new Set(last.values())], [200]);
    assert.equal(last.size, 300);
  });

  it('thins ranks that moved by their size too', () => {
    const ranks = Object.fromEntries(
      Array.from({ length: 882 }, (_, index) => [`model.layers.${index}.q_proj`, 8]),
    );
    const events = Array.from({ length: 400 }, (_, index) => ({
      ...{ at, type: 'reallocated', trial: 't', step: index + 1, ranks },
    }));
    const few = skimmed(linesOf(events));
    const length = few.reduce((sum, one) => sum + JSON.stringify(one).length, 0);
    assert.ok(length < 2 ** 22 + 3 * JSON.stringify(events[0]).length, String(length));
    assert.deepEqual([few[0], few.at(-1)], [events[0], events.at(-1)]);
  });

  it('parses of a long score the last numbers of each task alone, and how far it was first and last', () => {
    const scores = (task: string, samplesDone: number) => ({
      ...{ at, type: 'scores', task, samplesDone, samplesTotal: 500 },
      ...{ scores: [1], standardErrors: [1], layerStandardErrors: [1] },
    });
    const begun = { at, type: 'started', job: 'score', experiment: 'a', tasks: ['x', 'y'] };
    const rounds = Array.from({ length: 500 }, (_, index) => [
      ...[scores('x', index + 1), { at, type: 'progress', share: 0.5 }, scores('y', index + 1)],
    ]).flat();
    assert.deepEqual(skimmed(linesOf([begun, ...rounds])), [begun, rounds[1], ...rounds.slice(-3)]);
  });

  it('forgets what was before a new start', () => {
    const begun = { at, type: 'started', job: 'train', experiment: 'a', tasks: [] };
    const events = [begun, stepOf('t', 1), { at, type: 'note', text: 'old' }, begun, stepOf('t', 2)];
    assert.deepEqual(skimmed(linesOf(events)), events.slice(3));
  });

  it('names the line that is not JSON, lacks its end, or is none of ours', () => {
    const good = JSON.stringify(stepOf('t', 1));
    const broken = [
      ['half', /Line 2 of events.jsonl is not JSON/],
      ['', /Line 2 of events.jsonl is not JSON/],
      [good.slice(0, -3), /Line 2 of events.jsonl is not JSON/],
      ['[]', /Line 2 of events.jsonl is not what/],
      ['{"type":"unheard-of"}', /Line 2 of events.jsonl is not what/],
      [`{"at":"${at}","type":"unheard-of"}`, /Line 2 of events.jsonl is not what/],
      [`{"at":"${at}","type":"step","step":1}`, /Line 2 of events.jsonl is not what/],
      ['\ufeff{}', /Line 2 of events.jsonl is not JSON/],
    ] as const;
    for (const [text, words] of broken) {
      const journal = Buffer.from(`${good}\n${text}\n`);
      throwsWith(() => skimmed(journal), 'journal-invalid', words);
      throwsWith(() => skimmed(journal, good.length), 'journal-invalid', words);
    }
  });

  it('takes bytes that are no characters as a full reading does', () => {
    const text = JSON.stringify({ at, type: 'note', text: 'x\xffy' });
    const steps = [1, 2, 3].map((step) => JSON.stringify(stepOf('\xff', step)));
    const bytes = Buffer.from([text, ...steps, ''].join('\n'), 'latin1');
    const all = bytes
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => runEventSchema.parse(JSON.parse(line)));
    assert.deepEqual(skimmed(bytes), all);
    assert.ok(all[0]?.type === 'note' && all[0].text === 'x\ufffdy');
  });
});

const pointOf = (event: RunEvent): unknown =>
  event.type === 'step'
    ? {
        step: event.step,
        loss: event.loss,
        learningRate: event.learningRate,
        tokensPerSecond: event.tokensPerSecond,
      }
    : undefined;

import assert from 'node:assert/strict';
import fc from 'fast-check';
import { LabError } from '../../../src/shared/errors';
import { readOptuna } from '../../../src/search/optuna/readOptuna';
import { writeOptuna } from '../../../src/search/optuna/writeOptuna';
import { makeSpace } from '../../../src/search/space';
import { newStudy, type Study } from '../../../src/search/study';
import type { StudyEvent } from '../../../src/search/studyEvents';
import { apply, at, cost, ranks, settingsOf, trialEvents } from './studies';

const layers = { name: 'layers', scale: 'linear' as const, candidates: [0.25, 0.5, 1] };
const settings = settingsOf({
  ...{ name: 'spam "NaN"', seeds: [3, 1], batch: 6 },
  space: makeSpace([ranks([2, 4, 8, 16]), layers], cost),
});
const points = settings.space.dimensions[0]!.candidates.flatMap((rank) =>
  layers.candidates.map((share) => ({ rank, layers: share })),
);
const read = (study: Study) => readOptuna(writeOptuna(study), 'study.log', study.settings);

/** A study with a trial in each state. */
function every(): Study {
  const why = { mean: 0.75, deviation: 0.01, expectedImprovement: 0.003 };
  const begun = apply(newStudy(settings), {
    ...{ at, type: 'proposed' },
    proposals: points.slice(0, 5).map((point, index) => ({ point, ...(index === 3 ? { why } : {}) })),
  });
  return apply(
    begun,
    ...trialEvents(begun, 0, ({ rank }, seed) => rank! / 10 + seed),
    { at, type: 'running', trial: 1 },
    { at, type: 'measured', trial: 1, seed: 3, step: 5, value: NaN },
    { at, type: 'measured', trial: 1, seed: 3, step: 10, value: 0.5 },
    { at, type: 'pruned', trial: 1 },
    { at, type: 'failed', trial: 2, reason: 'Said "intermediate_value":"NaN", and ended.' },
    { at, type: 'running', trial: 3 },
    { at, type: 'measured', trial: 3, seed: 1, step: 5, value: NaN },
  );
}

describe("Optuna's journal file", () => {
  it('holds one operation a line, as its journal storage writes them', () => {
    const text = writeOptuna(every());
    const lines = text.split('\n');
    assert.equal(lines.at(-1), '');
    assert.equal(
      lines[0],
      '{"worker_id":"adapter-lab","op_code":0,"study_name":"spam \\"NaN\\"","directions":[2]}',
    );
    assert.ok(
      lines.includes('{"worker_id":"adapter-lab","op_code":4,"study_id":0,"state":4,"datetime_start":null}'),
    );
    assert.ok(
      lines.includes(
        '{"worker_id":"adapter-lab","op_code":5,"trial_id":1,"param_name":"layers","param_value_internal":1,' +
          '"distribution":"{\\"name\\":\\"CategoricalDistribution\\",\\"attributes\\":{\\"choices\\":[0.25,0.5,1]}}"}',
      ),
    );
    assert.ok(
      lines.includes(
        '{"worker_id":"adapter-lab","op_code":7,"trial_id":1,"step":5,"intermediate_value":NaN}',
      ),
    );
    assert.ok(
      lines.includes(
        '{"worker_id":"adapter-lab","op_code":6,"trial_id":1,"state":2,"values":[0.5],' +
          '"datetime_complete":"2026-01-01T00:00:00.000+00:00"}',
      ),
    );
  });

  it('comes back as it was, in every state', () => {
    assert.deepEqual(read(every()), every().trials);
    const half = writeOptuna(every()).slice(0, -20);
    assert.equal(readOptuna(half, 'study.log', settings).length, 5);
  });

  it('comes back as it was, whatever happened', () => {
    const number = fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 });
    const happened = fc.constantFrom('told', 'pruned', 'failed', 'running', 'nothing');
    const step = fc.nat({ max: 9 });
    const trial = fc.tuple(
      happened,
      fc.array(fc.tuple(step, fc.constantFrom(3, 1), number)),
      number,
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(trial, { minLength: 1, maxLength: 12 }), (trials) => {
        const events = trials.flatMap(([how, curve, value, reason], number): StudyEvent[] => {
          if (how === 'nothing') return [];
          const measured = curve.map(([at_, seed, one]): StudyEvent => ({
            ...{ at, type: 'measured', trial: number, seed, step: at_, value: one },
          }));
          const told = [1, 3].map((seed): StudyEvent => ({ at, type: 'told', trial: number, seed, value }));
          const ends: Record<typeof how, StudyEvent[]> = {
            ...{ told, running: told.slice(0, 1), nothing: [] },
            pruned: [{ at, type: 'pruned', trial: number }],
            failed: [{ at, type: 'failed', trial: number, reason }],
          };
          return [{ at, type: 'running', trial: number }, ...measured, ...ends[how]];
        });
        const proposals = points.slice(0, trials.length).map((point) => ({ point }));
        const study = apply(newStudy(settings), { at, type: 'proposed', proposals }, ...events);
        const plain = (trials: unknown): unknown => JSON.parse(JSON.stringify(trials));
        assert.deepEqual(plain(read(study)), plain(study.trials));
      }),
      { seed: 9 },
    );
  });

  const line = (record: object): string => `${JSON.stringify({ worker_id: 'x', ...record })}\n`;
  const start = line({ op_code: 0, study_name: 'theirs', directions: [2] });
  const one = settingsOf({ name: 'theirs' });
  const distribution =
    '{"name": "IntDistribution", "attributes": {"log": true, "step": 1, "low": 2, "high": 64}}';

  it('is read where Optuna wrote it: trials added whole, other studies between, numbers of a range', () => {
    const trials = readOptuna(
      line({ op_code: 0, study_name: 'another', directions: [1] }) +
        start +
        line({ op_code: 4, study_id: 0, datetime_start: null }) +
        line({ op_code: 4, study_id: 1, datetime_start: null, state: 4 }) +
        line({ op_code: 4, study_id: 1, datetime_start: '2026-01-01T00:00:00.000000+00:00' }) +
        line({ op_code: 5, trial_id: 2, param_name: 'rank', param_value_internal: 8, distribution }) +
        '{"op_code":7,"worker_id":"x","trial_id":2,"step":1,"intermediate_value":-Infinity}\n' +
        line({ op_code: 9, trial_id: 2, system_attr: { 'grid:id': 1 } }) +
        line({ op_code: 6, trial_id: 2, state: 1, values: [0.7], datetime_complete: at }) +
        line({ op_code: 6, trial_id: 2, state: 3, values: null, datetime_complete: at }) +
        line({
          ...{ op_code: 4, study_id: 1, datetime_start: at, datetime_complete: at, state: 1, value: 0.9 },
          ...{ values: null, user_attrs: {}, system_attrs: {}, intermediate_values: { '2': 0.4 } },
          ...{ distributions: { rank: distribution }, params: { rank: 4 } },
        }),
      'study.log',
      one,
    );
    const times = { startedAt: at, finishedAt: at };
    assert.deepEqual(trials, [
      {
        ...{ number: 0, before: 0, point: { rank: 8 }, cost: 8000, state: 'done', ...times },
        ...{ values: [{ seed: 1, value: 0.7 }], curve: [{ seed: 1, step: 1, value: NaN }] },
      },
      {
        ...{ number: 1, before: 1, point: { rank: 4 }, cost: 4000, state: 'done', ...times },
        ...{ values: [{ seed: 1, value: 0.9 }], curve: [{ seed: 1, step: 2, value: 0.4 }] },
      },
    ]);
  });

  it('is refused where it is no such file, or of another search', () => {
    const refused = (text: string, words: RegExp): void => {
      const known = (thrown: unknown): boolean =>
        thrown instanceof LabError && thrown.code === 'journal-invalid' && words.test(thrown.message);
      assert.throws(() => readOptuna(text, 'study.log', one), known);
    };
    const trial = line({ op_code: 4, study_id: 0, datetime_start: null });
    refused('{}\n', /Line 1 of study\.log is no record/);
    const parameter = { op_code: 5, trial_id: 0, param_name: 'rank', param_value_internal: 5 };
    refused(start + trial + line({ ...parameter, distribution: '{' }), /Line 3 of study\.log is no record/);
    refused('rank\n', /Line 1 of study\.log is not JSON/);
    refused(line({ op_code: 0, study_name: 'spam', directions: [2] }), /no study named "theirs"/);
    refused(start + line({ op_code: 1, study_id: 0 }), /no study named "theirs"/);
    refused(line({ op_code: 0, study_name: 'theirs', directions: [1] }), /does not maximize one number/);
    refused(
      start + trial + line({ ...parameter, distribution }),
      /Trial 0 of study\.log has rank=5, which is no candidate/,
    );
  });
});

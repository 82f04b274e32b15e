import assert from 'node:assert/strict';
import fc from 'fast-check';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { ScoreStore, type Fingerprint, type StoredWork } from '../../../../src/engine/scoring/scoreStore';
import type { Update } from '../../../../src/engine/scoring/work';
import { temporaryFolder } from '../../files/temporary';
import { rejectsWith } from '../../files/throwsCode';

const fingerprint: Fingerprint = {
  modelHash: 'sha256:1',
  tasks: [
    {
      name: 'first',
      dataHash: 'sha256:2',
      samples: 3,
      samplesHash: 'sha256:7',
      kind: 'causal-lm',
      text: 'text',
    },
  ],
  labels: 'empirical',
  taylor: false,
  batchSize: 8,
  maxLength: 256,
  seed: 1,
};
const work: StoredWork = {
  version: 1,
  fingerprint,
  device: 'native',
  mode: 'streaming',
  tokens: 512,
  units: [
    { index: 0, items: [0, 2] },
    { index: 1, items: [1] },
  ],
};

const value = fc.double({ noNaN: true, noDefaultInfinity: true });
const row = fc.array(value, { maxLength: 4 });
const rows = fc.array(row, { maxLength: 3 });
const unit = fc.nat({ max: 3 });
const updates: fc.Arbitrary<Update[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('batch' as const), unit, item: fc.nat(), losses: row, norms: rows }),
    fc.record({ kind: fc.constant('forward' as const), unit, layer: fc.nat() }),
    fc.record({ kind: fc.constant('losses' as const), unit, losses: rows }),
    fc.record({ kind: fc.constant('layer' as const), unit, layer: fc.nat(), norms: fc.array(rows) }),
    fc.record({
      kind: fc.constant('whole' as const),
      unit,
      task: fc.nat(),
      scores: fc.array(fc.record({ path: fc.string(), meanGradientSquaredNorm: value, taylor: value })),
    }),
  ),
  { maxLength: 6 },
);

describe('what an unfinished score keeps', () => {
  const folder = temporaryFolder();
  let count = 0;
  const fresh = (): string => path.join(folder.path, `run ${count++}`);
  async function begun(run: string, of: readonly Update[] = []): Promise<void> {
    const store = new ScoreStore(run);
    await store.begin(work);
    for (const update of of) await store.add(update);
    await store.close();
  }
  const journalOf = (run: string): string => path.join(run, 'state', 'updates.jsonl');
  async function resumed(run: string, now = fingerprint) {
    const store = new ScoreStore(run);
    try {
      return await store.resume(now);
    } finally {
      await store.close();
    }
  }

  it('comes back to the last digit', async () => {
    await fc.assert(
      fc.asyncProperty(updates, async (of) => {
        const run = fresh();
        await begun(run, of);
        // JSON knows one zero.
        const wanted = JSON.parse(JSON.stringify(of)) as Update[];
        assert.deepEqual(await resumed(run), { work, updates: wanted });
      }),
      { numRuns: 30, seed: 8 },
    );
  });

  const some: Update[] = [
    { kind: 'forward', unit: 0, layer: 0 },
    { kind: 'losses', unit: 0, losses: [[0.1], [0.2]] },
  ];

  it('loses a half-written last line alone, and goes on behind the whole ones', async () => {
    const run = fresh();
    await begun(run, some);
    const whole = readFileSync(journalOf(run), 'utf8');
    const last = whole.trimEnd().split('\n').at(-1)!;
    for (let cut = 1; cut <= last.length; cut += 7) {
      writeFileSync(journalOf(run), `${whole}${last.slice(0, cut)}`);
      const store = new ScoreStore(run);
      assert.deepEqual((await store.resume(fingerprint)).updates, some);
      await store.add(some[0]!);
      await store.close();
      assert.deepEqual((await resumed(run)).updates, [...some, some[0]]);
    }
  });

  it('names a line in the middle that is no update', async () => {
    for (const line of ['{"kind":"forward","unit":0}', '{"kind":"sideways","unit":0,"layer":1}', 'what?']) {
      const run = fresh();
      await begun(run, some);
      appendFileSync(journalOf(run), `${line}\n`);
      await rejectsWith(resumed(run), 'journal-invalid', /Line 3 of .*updates\.jsonl/);
    }
  });

  const changes: readonly [change: Partial<Fingerprint>, word: RegExp][] = [
    [{ modelHash: 'sha256:other' }, /the model has changed/],
    [
      {
        tasks: [
          {
            name: 'first',
            dataHash: 'sha256:other',
            samples: 3,
            samplesHash: 'sha256:7',
            kind: 'causal-lm',
            text: 'text',
          },
        ],
      },
      /the data, .*has changed/,
    ],
    [
      {
        tasks: [
          {
            name: 'first',
            dataHash: 'sha256:2',
            samples: 2,
            samplesHash: 'sha256:7',
            kind: 'causal-lm',
            text: 'text',
          },
        ],
      },
      /how samples are made of it, has changed/,
    ],
    [{ tasks: [] }, /the data/],
    [{ labels: 'true' }, /whose labels are taken has changed/],
    [{ taylor: true }, /--taylor has changed/],
    [{ adapter: '/an adapter' }, /--adapter has changed/],
    [{ batchSize: 4 }, /the batch size has changed/],
    [{ maxLength: 128 }, /the longest sample has changed/],
    [{ seed: 2 }, /the seed has changed/],
  ];
  for (const [change, word] of changes) {
    it(`is not taken where this changed: ${JSON.stringify(change)}`, async () => {
      const run = fresh();
      await begun(run, some);
      await rejectsWith(resumed(run, { ...fingerprint, ...change }), 'run-not-resumable', word);
      assert.deepEqual((await resumed(run)).updates, some, 'and is still there for who puts it back');
    });
  }

  it('is not there where nothing was begun, or all was finished', async () => {
    await rejectsWith(resumed(fresh()), 'run-not-resumable', /work\.json does not exist/);
    const run = fresh();
    await begun(run, some);
    const store = new ScoreStore(run);
    await store.resume(fingerprint);
    await store.remove();
    assert.ok(!existsSync(path.join(run, 'state')));
    await rejectsWith(resumed(run), 'run-not-resumable');
  });

  it('is not taken where it was written by something else', async () => {
    const run = fresh();
    await begun(run);
    for (const text of ['{}', 'no JSON', JSON.stringify({ ...work, version: 2 })]) {
      writeFileSync(path.join(run, 'state', 'work.json'), text);
      await rejectsWith(resumed(run), 'run-not-resumable');
    }
  });

  it('has a folder of its own for the hidden states of each unit', () => {
    const store = new ScoreStore('/run');
    assert.notEqual(store.unitFolder(0), store.unitFolder(1));
    assert.ok(store.unitFolder(0).startsWith(store.folder));
  });
});

import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { judge } from '../src/judging/judgement';
import { pairScores } from '../src/judging/pairedScores';
import { largestUniform } from './lib/evidence/cells';
import { TaskBench } from './lib/evidence/train';
import { describeMachine, writeResult } from './results';

const command = 'npm run bench -- calibration';
const [cases, seeds, level] = [20, 3, 0.05];
/** Some 50 steps: enough to learn something, and few enough for seeds to differ by much, which the interval has to hold. */
const epochs = 0.25;
const file = path.resolve(__dirname, 'evidence/calibration.jsonl');

/** One training: whether each test example was answered right. */
interface Line {
  readonly seed: number;
  readonly hits: string;
}

/**
 * Whether the verdict calls a difference where there is none: a plan against itself, with disjoint seeds in the two arms (with the
 * same seeds the difference would be exactly 0). Twenty cases of three against three seeds, on the sample's spam task. Trainings are
 * kept in bench/evidence/calibration.jsonl and done only where they are missing.
 *
 *     npm run bench -- calibration
 */
export async function benchCalibration(): Promise<void> {
  const all = await trained(Array.from({ length: 2 * seeds * cases }, (_, at) => 1000 + at));
  if (new Set(all).size < all.length / 2)
    throw new Error('Seeds came to the same: what is compared is the model as it was, which shows nothing.');
  const judged = Array.from({ length: cases }, (_, one) => {
    const arm = (at: number) => [
      {
        values: all
          .slice((2 * one + at) * seeds, (2 * one + at + 1) * seeds)
          .map((hits) => [...hits].map(Number)),
      },
    ];
    return judge(pairScores(arm(0), arm(1)), { seeds, level, moreIsBetter: true });
  });
  const called = judged.filter(({ call }) => call !== 'none').length;
  const half = judged.map(({ interval: [low, high] }) => (high - low) / 2);
  writeResult('calibration', {
    command,
    machine: describeMachine(),
    ...{ cases, seeds, level, called },
    // Where there is no difference, an interval is right if it holds 0.
    coverage: judged.filter(({ interval: [low, high] }) => low <= 0 && high >= 0).length / cases,
    differences: judged.map(({ difference }) => Number(difference.toFixed(4))),
    halfWidth: { mean: Number((half.reduce((sum, one) => sum + one, 0) / cases).toFixed(4)) },
  });
}

/** What each seed's adapter does, in the order of the seeds. */
async function trained(wanted: readonly number[]): Promise<string[]> {
  const known = new Map(read().map(({ seed, hits }) => [seed, hits]));
  const missing = wanted.filter((seed) => !known.has(seed));
  if (missing.length > 0) {
    mkdirSync(path.dirname(file), { recursive: true });
    const bench = await TaskBench.open('spam', { epochs, name: 'calibration' });
    const { plan } = largestUniform(bench.experiment, bench.modules, 'lora', 24_448);
    try {
      for (const seed of missing) {
        const { outcome } = await bench.train('lora', plan, seed);
        const hits = outcome.tasks[0]?.hits?.join('') ?? '';
        appendFileSync(file, `${JSON.stringify({ seed, hits } satisfies Line)}\n`);
        known.set(seed, hits);
        process.stderr.write(`\rcalibration: ${known.size} of ${wanted.length} trainings  `);
      }
    } finally {
      await bench.close();
    }
  }
  return wanted.map((seed) => known.get(seed) ?? '');
}

const read = (): Line[] =>
  existsSync(file)
    ? readFileSync(file, 'utf8')
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Line)
    : [];

import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { plotLayers } from './lib/plotLayers';
import { makeData } from './lib/makeData';
import { makeModel } from './lib/makeModel';
import { llama1b, llama7b, type ModelShape } from './lib/modelShapes';
import { scoreWatched, type WatchedScore } from './lib/scoreWatched';
import { describeMachine, writeResult } from './results';

/**
 * Models larger than memory should hold: random Llamas in bfloat16 with 1.1 and 6.7 billion parameters, 4 samples of 128
 * tokens, by the built command line; the peak resident size summed over its processes, and the time of each block. The
 * larger one again with its first 4, 8 and 16 layers: memory must not grow with depth. Takes a quarter of an hour and
 * 16 GB of disk, which are freed again.
 *
 *     npm run build && npm run bench -- large
 */
const depths = [4, 8, 16];
const samples = 4;
const tokens = 128;

export async function benchLarge(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-'));
  try {
    const data = path.join(folder, 'data.jsonl');
    await makeData(data, { samples, tokens, vocabulary: 32_000 });
    const small = await scored(folder, llama1b, data);
    const whole = path.join(folder, 'llama7b');
    await makeModel(whole, llama7b, { dtype: 'BF16' });
    const byDepth: WatchedScore[] = [];
    for (const layers of depths) byDepth.push(await scoreWatched(await shortened(whole, layers), data));
    const large = await scoreWatched(whole, data);
    byDepth.push(large);
    const points = [...depths, llama7b.layers].map((layers, i) => ({
      layers,
      peakGiB: gib(byDepth[i]!.peakRssBytes),
    }));
    await writeFile(path.join(__dirname, 'results', 'large.svg'), plotLayers(points));
    writeResult('large', {
      machine: describeMachine(),
      samples,
      tokens,
      'llama-1.1B': figures(small),
      'llama-7B': figures(large),
      'peak GiB by layers of the 7B': Object.fromEntries(
        points.map(({ layers, peakGiB }) => [layers, peakGiB]),
      ),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function scored(folder: string, shape: ModelShape, data: string): Promise<WatchedScore> {
  const model = path.join(folder, 'small');
  await makeModel(model, shape, { dtype: 'BF16' });
  const score = await scoreWatched(model, data);
  await rm(model, { recursive: true });
  return score;
}

/** The same weights with a config of fewer layers: what lies behind them is not read. */
async function shortened(model: string, layers: number): Promise<string> {
  const folder = `${model}-${layers}`;
  await mkdir(folder);
  for (const name of await readdir(model)) {
    if (name !== 'config.json') await symlink(path.join(model, name), path.join(folder, name));
  }
  const config = JSON.parse(await readFile(path.join(model, 'config.json'), 'utf8')) as object;
  await writeFile(path.join(folder, 'config.json'), JSON.stringify({ ...config, num_hidden_layers: layers }));
  return folder;
}

const gib = (bytes: number): number => Number((bytes / 2 ** 30).toFixed(2));

const figures = (score: WatchedScore) => ({
  memory: score.memory,
  peakRssGiB: gib(score.peakRssBytes),
  peakPssGiB: gib(score.peakPssBytes),
  seconds: Number(score.seconds.toFixed(1)),
  secondsPerBlock: { forward: Number(score.forward.toFixed(2)), backward: Number(score.backward.toFixed(2)) },
});

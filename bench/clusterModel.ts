import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { regretByTrial } from './lib/cluster/batchQuality';
import { lookSeconds } from './lib/cluster/looks';
import { tellingTimes, type ClusterModel } from './lib/cluster/timeModel';
import { describeMachine, median, readResult, round, writeResult } from './results';

const trials = 64;
const searches = 60;
const batches = [1, 2, 4, 8, 16, 32, 64];
const nodeCounts = [8, 64, 512];
/** What is handed out is as good as the best where it lies within the standard deviation of one training of it: 3 % of the range. */
const good = 0.03;
/** Of a network file system, where a look is five requests of a millisecond. */
const sharedLook = 0.005;
const scenes = [
  { trial: 60, spread: 0.1 },
  { trial: 1800, spread: 0.1 },
  { trial: 1800, spread: 0.5 },
] as const;

/**
 * What searches of 64 trials would take on 8, 64 and 512 nodes, by the model of lib/cluster/timeModel.ts with the overheads that
 * `npm run bench -- cluster` has measured, and what batches of proposals cost in quality, by 60 searches of the engine's own proposer on
 * made-up surfaces (lib/cluster/batchQuality.ts).
 *
 *     npm run bench -- cluster && npm run bench -- clusterModel
 */
export async function benchClusterModel(): Promise<void> {
  const { model } = readResult('cluster') as { model: Pick<ClusterModel, 'start' | 'round'> };
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-looks-'));
  const local = await lookSeconds(folder).finally(() => rm(folder, { recursive: true }));
  const regrets = new Map(
    batches.map((batch) => [
      batch,
      Array.from({ length: searches }, (_, seed) => regretByTrial(batch, trials, seed)),
    ]),
  );
  writeResult('clusterModel', {
    ...{ command: 'npm run bench -- clusterModel', machine: describeMachine(), trials, searches, good },
    startSeconds: model.start,
    roundSeconds: model.round,
    lookSeconds: { here: round(local, 2), modelled: sharedLook },
    quality: batches.map((batch) => qualityOf(batch, regrets.get(batch)!)),
    scenes: scenes.map((scene) => ({
      ...scene,
      byBatch: batches.map((batch) => ({
        batch,
        ...Object.fromEntries(
          nodeCounts.map((nodes) => [
            `${nodes} nodes`,
            timesOf({ ...model, ...scene, look: sharedLook }, batch, nodes, regrets.get(batch)!),
          ]),
        ),
      })),
    })),
  });
}

/** Trials that were told when what the search would hand out came to be good for good; undefined where it is not at the end. */
function untilGood(regret: readonly number[], batch: number): number | undefined {
  const last = regret.findLastIndex((value) => value > good);
  return last === trials - 1 ? undefined : batch * Math.ceil((last + 2) / batch);
}

/** Of values of which some are missing, as the largest; undefined where more than a tenth of them are. */
function medianOf(values: readonly (number | undefined)[]): number | undefined {
  const missing = values.filter((value) => value === undefined).length;
  return missing > values.length / 10 ? undefined : median(values.map((value) => value ?? Infinity));
}

const withMedian = (name: string, values: readonly (number | undefined)[], unit: number): object => {
  const middle = medianOf(values);
  return middle === undefined ? {} : { [name]: round(middle / unit) };
};

function qualityOf(batch: number, all: readonly (readonly number[])[]): object {
  const counts = all.map((regret) => untilGood(regret, batch));
  return {
    batch,
    endRegretPercent: round((100 * all.reduce((sum, regret) => sum + regret.at(-1)!, 0)) / all.length, 2),
    ...withMedian('trialsUntilGood', counts, 1),
    neverGood: counts.filter((count) => count === undefined).length,
  };
}

/** Medians over searches; `busy` is the share of the nodes' time that trains. */
function timesOf(
  model: ClusterModel,
  batch: number,
  nodes: number,
  regrets: readonly (readonly number[])[],
): object {
  const told = regrets.map((_, seed) => tellingTimes(model, trials, batch, nodes, seed));
  const all = median(told.map((times) => times.at(-1)!));
  const until = withMedian(
    'hoursUntilGood',
    told.map((times, seed) => {
      const count = untilGood(regrets[seed]!, batch);
      return count === undefined ? undefined : times[count - 1]!;
    }),
    3600,
  );
  const mean = model.trial * Math.exp(model.spread ** 2 / 2);
  return {
    hours: round(all / 3600),
    ...until,
    busy: round((trials * mean) / (nodes * all), 2),
  };
}

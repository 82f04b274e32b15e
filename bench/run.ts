import { benchActivation } from './activation';
import { benchAdapters } from './adapters';
import { benchCalibration } from './calibration';
import { benchCard } from './card';
import { benchCluster } from './cluster';
import { benchClusterModel } from './clusterModel';
import { benchDynamic } from './dynamic';
import { benchEvidence } from './evidence';
import { benchHints } from './hints';
import { benchLarge } from './large';
import { benchMatmul } from './matmul';
import { benchSample } from './sample';
import { benchScore } from './score';
import { benchSearch } from './search';
import { benchSelection } from './selection';
import { benchSoak } from './soak';
import { benchTraining } from './training';
import { benchViews } from './views';

/**
 * `npm run bench [-- NAME... [--OPTION [VALUE]...]]`: the benchmarks by name, all where none is named. Results go to bench/results/.
 * Options are those of the one benchmark that is named.
 */
const benchmarks: Readonly<Record<string, (options: readonly string[]) => Promise<void>>> = {
  activation: benchActivation,
  adapters: benchAdapters,
  calibration: benchCalibration,
  card: benchCard,
  cluster: benchCluster,
  clusterModel: benchClusterModel,
  dynamic: benchDynamic,
  evidence: benchEvidence,
  hints: benchHints,
  large: benchLarge,
  matmul: benchMatmul,
  sample: benchSample,
  score: benchScore,
  search: benchSearch,
  selection: benchSelection,
  soak: benchSoak,
  training: benchTraining,
  views: benchViews,
};
const withOptions: readonly string[] = ['card', 'soak', 'training'];

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const behind = args.findIndex((arg) => arg.startsWith('-'));
  const [names, options] = behind < 0 ? [args, []] : [args.slice(0, behind), args.slice(behind)];
  if (options.length > 0 && !(names.length === 1 && withOptions.includes(names[0]!)))
    throw new Error(`${options.join(' ')} can be said to one benchmark alone: ${withOptions.join(', ')}.`);
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
    const bench = benchmarks[name];
    if (bench === undefined)
      throw new Error(`No benchmark '${name}'; there are ${Object.keys(benchmarks).join(', ')}.`);
    await bench(options);
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

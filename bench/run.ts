import { benchActivation } from './activation';
import { benchLarge } from './large';
import { benchMatmul } from './matmul';
import { benchSample } from './sample';
import { benchScore } from './score';

/** `npm run bench [-- NAME...]`: the benchmarks by name, all where none is named. Results go to bench/results/. */
const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  activation: benchActivation,
  large: benchLarge,
  matmul: benchMatmul,
  sample: benchSample,
  score: benchScore,
};

async function main(): Promise<void> {
  const names = process.argv.slice(2);
  for (const name of names.length > 0 ? names : Object.keys(benchmarks)) {
    const bench = benchmarks[name];
    if (bench === undefined)
      throw new Error(`No benchmark '${name}'; there are ${Object.keys(benchmarks).join(', ')}.`);
    await bench();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runFiles, runsRoot } from '../../../src/files/runs';
import type { RunEvent, UnstampedRunEvent } from '../../../src/shared/runEvents';
import type { RunManifest } from '../../../src/shared/runManifest';
import { scoreFiles } from '../planning/scoredModel';
import { syntheticModel } from '../planning/syntheticModel';

/** Runs made by hand: two tasks on a model of four layers, whose later layers score higher. */
export const tasks = ['spam', 'topic'];
export const layers = 4;
const modules = syntheticModel(layers);

export const at = (event: UnstampedRunEvent, second = 0): RunEvent => ({
  at: new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString(),
  ...event,
});

export const begun: UnstampedRunEvent = {
  type: 'started',
  job: 'score',
  experiment: 'quick.adapter.yaml',
  tasks,
};
export const model: UnstampedRunEvent = {
  type: 'model',
  model: 'model',
  architecture: 'LlamaForCausalLM',
  layers,
  parameters: 1000,
  modules,
};
export const scores = (task: string, samplesDone: number): UnstampedRunEvent => ({
  type: 'scores',
  task,
  samplesDone,
  samplesTotal: 64,
  scores: modules.map(({ layer }) => layer + 1),
  standardErrors: modules.map(() => 0.01),
  layerStandardErrors: Array.from({ length: layers }, () => 0.02),
});
export const scored: readonly UnstampedRunEvent[] = [
  begun,
  model,
  ...tasks.flatMap((task) => [scores(task, 8), scores(task, 64)]),
  { type: 'wrote', path: runFiles.scores },
];
export const finished: UnstampedRunEvent = { type: 'finished', state: 'done' };

export const manifest = (changes: Partial<RunManifest> = {}): RunManifest => ({
  version: 1,
  id: 'run',
  job: 'score',
  experiment: '../../../quick.adapter.yaml',
  createdAt: new Date(Date.UTC(2026, 0, 1)).toISOString(),
  state: 'done',
  pid: 0,
  seed: 1,
  versions: { adapterLab: '0.1.0', node: '20.0.0', tfjs: '4.22.0' },
  inputs: { experimentHash: '', model: 'model', modelHash: 'sha256:model', tasks: [] },
  ...changes,
});

/** Writes a run of an experiment and returns its folder. `age` in seconds makes its journal look that old. */
export async function writeRun(
  experiment: string,
  name: string,
  events: readonly UnstampedRunEvent[],
  options: { manifest?: RunManifest; age?: number } = {},
): Promise<string> {
  const folder = join(runsRoot(experiment), name);
  await mkdir(folder, { recursive: true });
  const lines = events.map((event, index) => `${JSON.stringify(at(event, index))}\n`);
  const journal = join(folder, runFiles.events);
  await writeFile(journal, lines.join(''));
  await writeFile(
    join(folder, runFiles.scores),
    JSON.stringify({ version: 1, scores: scoreFiles(layers, tasks) }),
  );
  if (options.manifest) await writeFile(join(folder, runFiles.manifest), JSON.stringify(options.manifest));
  if (options.age !== undefined) {
    const then = new Date(Date.now() - options.age * 1000);
    await utimes(journal, then, then);
  }
  return folder;
}

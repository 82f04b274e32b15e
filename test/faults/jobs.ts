import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readOutcomes } from '../../src/engine/judge/outcomes';
import { readRunEvents, runFiles } from '../../src/files/runs';
import { readStudy } from '../../src/search/journal';
import { isErrorCode } from '../../src/shared/errors';
import { runManifestSchema } from '../../src/shared/runManifest';
import { adapterLab, type Finished } from '../cli/commandLine';
import { isCampaign, seed } from './campaign';

const experiment = `version: 1
model: ../models/small
tasks:
  - { name: first, kind: causal-lm, train: ../data/first.jsonl, validation: ../data/first.jsonl, test: ../data/second.jsonl }
method: floe # stays
adapter: { targets: [q_proj, down_proj], rank: 2, alpha: 4, experts: 2 }
score: { samples: 8, max_length: 16 }
search: { ranks: [1, 2, 4], layers: [50%], evaluations: 2 }
train: { epochs: 3, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1, 2], evaluations: 2 }
judge: { controls: [uniform] }
`;
const plan = `plan:
  modules:
    model.layers.0.self_attn.q_proj: { rank: 4, alpha: 8, experts: 3 }
    model.layers.0.mlp.down_proj: { rank: 4, alpha: 8, experts: 1 }
`;

export const jobNames = ['score', 'search', 'train', 'judge', 'run'] as const;
export type JobName = (typeof jobNames)[number];

/** Each in turn, and the whole chain first: it has all the others in it. Of a few injections each day's are of another. */
export const jobInTurn = (number: number): JobName =>
  jobNames.at(-1 - ((isCampaign ? number : seed + number) % jobNames.length)) as JobName;

export const experimentFile = 'user.adapter.yaml';
const scoring = [
  ...['score', '--model', '../models/small', '--data', '../data/first.jsonl', '--samples', '10'],
  ...['--batch-size', '2', '--per-sample', '--memory', 'streaming', '--json', 'scores.json'],
];

/** What the user has before a job: their folder, beside the models and the data of the small experiment. */
export async function userFolder(
  folder: string,
  job: JobName,
  edit: (text: string) => string = (text) => text,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, experimentFile), edit(job === 'judge' ? experiment + plan : experiment));
}

export const commandOf = (job: JobName): readonly string[] =>
  job === 'score' ? scoring : [job, experimentFile];

/** The job as a user asks for it, in their folder. */
export const start = (
  job: JobName,
  folder: string,
  options: Parameters<typeof adapterLab>[1] = {},
  more: readonly string[] = [],
): Promise<Finished> => adapterLab([...commandOf(job), ...more], { cwd: folder, ...options });

/** The same with `--resume` and its run. */
export const resume = (
  job: JobName,
  folder: string,
  options: Parameters<typeof adapterLab>[1] = {},
  more: readonly string[] = [],
): Promise<Finished> => start(job, folder, options, [...more, '--resume', runIn(folder) ?? 'none']);

const runsIn = (folder: string): string => path.join(folder, '.adapter-lab', 'runs');

/** The newest run in a user's folder; undefined where none has a journal. */
export function runIn(folder: string): string | undefined {
  if (!existsSync(runsIn(folder))) return undefined;
  const runs = readdirSync(runsIn(folder)).sort().reverse();
  const begun = runs.find((run) => existsSync(path.join(runsIn(folder), run, runFiles.events)));
  return begun === undefined ? undefined : path.join(runsIn(folder), begun);
}

/** The run, as soon as it has a journal. */
export async function begunIn(folder: string): Promise<string> {
  for (;;) {
    const run = runIn(folder);
    if (run !== undefined) return run;
    await sleep(5);
  }
}

/**
 * All that a job comes to, but for times: what was computed, the user's files as they are then, and the names of all files that are left.
 * The run's record and journal are decoded, so that no line of them may be broken.
 */
export async function resultOf(job: JobName, folder: string) {
  const run = runIn(folder);
  assert.ok(run !== undefined, 'there is no run');
  const at = (name: string): string => path.join(run, name);
  const text = (name: string): string | undefined =>
    existsSync(name) ? readFileSync(name, 'utf8') : undefined;
  const manifest = runManifestSchema.parse(JSON.parse(readFileSync(at(runFiles.manifest), 'utf8')));
  const events = await readRunEvents(run);
  const adapters = existsSync(at('adapters'))
    ? readdirSync(at('adapters'), { recursive: true, encoding: 'utf8' })
    : [];
  return {
    ...{ job, state: manifest.state, ending: events.at(-1)?.type },
    experiment: text(path.join(folder, experimentFile)),
    json: text(path.join(folder, 'scores.json')),
    scores: text(at(runFiles.scores)),
    plan: text(at(runFiles.plan)),
    trials: existsSync(at(runFiles.trials))
      ? (await readStudy(at(runFiles.trials))).trials.map(({ point, values }) => ({ point, values }))
      : undefined,
    outcomes: existsSync(at(runFiles.outcomes))
      ? (await readOutcomes(at(runFiles.outcomes))).outcomes.map(({ arm, seed, tasks }) => ({
          arm,
          seed,
          tasks,
        }))
      : undefined,
    adapters: adapters
      .filter((name) => name.endsWith('.safetensors'))
      .map((name) => [name, readFileSync(at(path.join('adapters', name))).toString('base64')]),
    files: [...readdirSync(folder), ...readdirSync(run), ...adapters]
      .filter((name) => name !== '.adapter-lab')
      .sort(),
  };
}
export type Result = Awaited<ReturnType<typeof resultOf>>;

/** Asserts that a command ended with an error of ours: a code, a sentence, the next step. @returns the code */
export function refusal({ code, stderr }: Finished): string {
  assert.ok(code !== 0, 'it was not refused');
  const said = /^(?<error>[a-z-]+): (?<sentence>.+)\nNext: (?<next>.+[.?])$/m.exec(stderr);
  assert.ok(said?.groups !== undefined && isErrorCode(said.groups['error']), `no error of ours: ${stderr}`);
  assert.notEqual(said.groups['error'], 'internal', stderr);
  return said.groups['error'];
}

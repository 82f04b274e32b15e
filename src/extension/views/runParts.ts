import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isFile } from '../../files/isFile';
import { readVerdict } from '../../files/runRecords';
import { readJsonAs } from '../../files/json';
import { runFiles } from '../../files/runs';
import { bestTrial } from '../../search/bestTrials';
import { readStudy } from '../../search/journal';
import { trialValue } from '../../search/objective';
import type { SearchTrial } from '../../search/study';
import { formatBytes, formatCount, formatScore } from '../../shared/format';
import { planFileSchema } from '../../shared/planFile';
import type { RunState, TaskState } from '../../shared/runState';
import { runScoresSchema, type ScoreFile } from '../../shared/scoreFile';
import { metricWords, pointWords, stateWords } from '../../shared/searchWords';
import type { Verdict } from '../../shared/verdict';
import { judgingWords, verdictTag } from '../../shared/verdictWords';
import { adaptersFolder, type RunFacts } from './runFacts';

export type PartKind =
  'scores' | 'task' | 'plan' | 'trials' | 'trial' | 'verdict' | 'adapters' | 'adapter' | 'report' | 'folder';

/** One thing that a run holds. */
export interface Part {
  readonly kind: PartKind;
  /** Apart from those of its neighbors, and the same as long as the thing is. */
  readonly key: string;
  readonly label: string;
  readonly description: string;
  /** A sentence for the tooltip; empty where the description says all. */
  readonly detail: string;
  /** Absolute path of the file or folder that it lies in. */
  readonly path: string;
  /** Of a trial. */
  readonly trial?: { readonly state: SearchTrial['state']; readonly isBest: boolean };
}

/** Score files with each sample's numbers may be as large as they like; what a list says is not worth reading more. */
const largestBytes = 20e6;

/**
 * What a run holds, as far as it is there; the folder is always.
 * @param state of a run that goes on: what is not in a file yet
 */
export async function partsOf({ folder, hasReport }: RunFacts, state?: RunState): Promise<Part[]> {
  const at = (name: string): string => join(folder, name);
  const [scores, plan, trials, verdict, adapters] = await Promise.all([
    isFile(at(runFiles.scores)),
    planPart(at(runFiles.plan)),
    trialsPart(at(runFiles.trials)),
    state?.verdict ?? readVerdict(folder),
    adaptersPart(at(adaptersFolder)),
  ]);
  const begun = state?.tasks.some(({ samplesDone }) => samplesDone > 0) === true;
  return [
    ...(scores || begun ? [part('scores', 'Scores', at(runFiles.scores))] : []),
    ...[plan ?? [], trials ?? []].flat(),
    ...verdictParts(at(runFiles.verdict), verdict, state),
    ...[adapters ?? []].flat(),
    ...(hasReport ? [part('report', 'Report', at(runFiles.report))] : []),
    part('folder', 'Folder', folder, { description: folder.split(/[\\/]/).at(-1) ?? '' }),
  ];
}

/** What a part holds itself: tasks, trials, adapters; nothing for the others. Files that cannot be read hold nothing. */
export async function membersOf({ kind, path }: Part, facts: RunFacts, state?: RunState): Promise<Part[]> {
  switch (kind) {
    case 'scores':
      return taskParts(path, facts, state);
    case 'trials':
      return trialParts(path);
    case 'adapters':
      return adapterParts(path);
    default:
      return [];
  }
}

/** Kinds that hold others. */
export const holds = (kind: PartKind): boolean =>
  kind === 'scores' || kind === 'trials' || kind === 'adapters';

async function planPart(path: string): Promise<Part | undefined> {
  const about = { what: 'The plan', missing: 'run-not-found', invalid: 'scores-invalid', next: '' } as const;
  const plan = await readJsonAs(path, planFileSchema, about).catch(() => undefined);
  if (plan === undefined) return undefined;
  const { layers, parameters } = plan.totals;
  const description = `${plan.method} · ${layers} ${layers === 1 ? 'layer' : 'layers'} · ${formatCount(parameters)} parameters`;
  return part('plan', 'Plan', path, { description, detail: plan.summary });
}

async function trialsPart(path: string): Promise<Part | undefined> {
  const study = await readStudy(path).catch(() => undefined);
  if (study === undefined || study.trials.length === 0) return undefined;
  const ended = study.trials.filter(({ state }) => state !== 'proposed' && state !== 'running').length;
  const most = Math.min(study.settings.evaluations, study.candidates.length);
  const description = study.stopped === undefined ? `${ended} of ${most}` : String(ended);
  return part('trials', 'Trials', path, { description, detail: study.stopped?.words ?? '' });
}

async function trialParts(path: string): Promise<Part[]> {
  const study = await readStudy(path).catch(() => undefined);
  if (study === undefined) return [];
  const best = bestTrial(study)?.number;
  return study.trials.map((trial) => {
    const { number, point, state, cost, reason } = trial;
    const value = trialValue(study, trial);
    const { metric } = study.settings.objective;
    const isBest = number === best;
    const words = [
      ...(value === undefined ? [] : [`${metricWords(metric, value)} ${metric}`]),
      ...(isBest ? ['best'] : state === 'done' ? [] : [stateWords[state]]),
    ];
    return part('trial', `${number + 1}: ${pointWords(point)}`, path, {
      key: `trial-${number}`,
      description: words.join(' · '),
      detail: reason ?? `${formatCount(cost)} trainable parameters`,
      trial: { state, isBest },
    });
  });
}

/** While it is judged, which training it is at; then the outcome. */
function verdictParts(path: string, verdict: Verdict | undefined, state: RunState | undefined): Part[] {
  if (verdict === undefined) return [];
  const description =
    (state && judgingWords(state)) ?? verdictTag(verdict) ?? (verdict.isOver ? 'none' : 'open');
  return [part('verdict', 'Verdict', path, { description, detail: verdict.words })];
}

async function adaptersPart(path: string): Promise<Part | undefined> {
  const names = await foldersIn(path);
  return names.length === 0
    ? undefined
    : part('adapters', 'Adapters', path, { description: String(names.length) });
}

async function adapterParts(path: string): Promise<Part[]> {
  return Promise.all(
    (await foldersIn(path)).map(async (name) => {
      const folder = join(path, name);
      const weights = await stat(join(folder, 'adapter_model.safetensors')).catch(() => undefined);
      const description = weights === undefined ? '' : formatBytes(weights.size);
      return part('adapter', name, folder, { key: `adapter-${name}`, description });
    }),
  );
}

async function taskParts(path: string, { tasks }: RunFacts, state?: RunState): Promise<Part[]> {
  const found = await stat(path).catch(() => undefined);
  if (!found) return (state?.tasks ?? []).filter(({ samplesDone }) => samplesDone > 0).map(goingTask(path));
  const about = {
    what: 'The scores',
    missing: 'run-not-found',
    invalid: 'scores-invalid',
    next: '',
  } as const;
  const scores =
    found.size > largestBytes
      ? undefined
      : await readJsonAs(path, runScoresSchema, about).catch(() => undefined);
  if (scores !== undefined) return scores.scores.map((score) => scoredTask(path, score));
  return tasks.map((name) => part('task', name, path, { key: `task-${name}` }));
}

const goingTask =
  (path: string) =>
  ({ name, samplesDone, samplesTotal }: TaskState): Part =>
    part('task', name, path, {
      key: `task-${name}`,
      description: `${samplesDone} of ${samplesTotal} samples`,
    });

function scoredTask(path: string, { task, estimator, samples, layers, stability }: ScoreFile): Part {
  const top = layers.toSorted((a, b) => b.score - a.score)[0];
  return part('task', task, path, {
    key: `task-${task}`,
    description: `${estimator} · ${samples} samples`,
    detail:
      `Halves of the samples agree with Kendall τ ${formatScore(stability.halvesKendallTau)}.` +
      (top === undefined ? '' : ` Layer ${top.layer} scores highest, ${formatScore(top.score)}.`),
  });
}

const foldersIn = (path: string): Promise<string[]> =>
  readdir(path, { withFileTypes: true }).then(
    (entries) =>
      entries
        .filter((entry) => entry.isDirectory())
        .map(({ name }) => name)
        .sort((a, b) => a.localeCompare(b, 'en', { numeric: true })),
    () => [],
  );

const part = (
  kind: PartKind,
  label: string,
  path: string,
  more: Partial<Pick<Part, 'key' | 'description' | 'detail' | 'trial'>> = {},
): Part => ({ kind, key: kind, label, description: '', detail: '', path, ...more });

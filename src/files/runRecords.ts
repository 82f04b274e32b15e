import { join } from 'node:path';
import { planFileSchema, type PlanFile } from '../shared/planFile';
import { runManifestSchema, type RunManifest } from '../shared/runManifest';
import { runScoresSchema, type RunScores } from '../shared/scoreFile';
import { verdictSchema, type Verdict } from '../shared/verdict';
import { hashFile } from './hash';
import { isFile } from './isFile';
import { readJsonAs } from './json';
import { listRuns, readManifest, runFiles } from './runs';

/** What a finished run left: enough to allocate anew, and to say in a commit where a plan comes from. */
export interface RunRecords {
  /** Absolute path of the run's folder. */
  readonly run: string;
  readonly manifest: RunManifest;
  readonly scores: RunScores;
  /** Hash of scores.json as it lies there. */
  readonly scoresHash: string;
  /** Undefined where nothing was allocated from the run yet. */
  readonly plan: PlanFile | undefined;
}

const about = (what: string) =>
  ({ what, missing: 'run-not-found', invalid: 'scores-invalid', next: 'Score the layers again.' }) as const;

/** @throws LabError run-not-found, scores-invalid */
export async function readRunRecords(run: string): Promise<RunRecords> {
  const scoresFile = join(run, runFiles.scores);
  return {
    run,
    manifest: await readJsonAs(join(run, runFiles.manifest), runManifestSchema, about('The run record')),
    scores: await readJsonAs(scoresFile, runScoresSchema, about('The score file')),
    scoresHash: await hashFile(scoresFile),
    plan: await readJsonAs(join(run, runFiles.plan), planFileSchema, about('The plan file')).catch(
      () => undefined,
    ),
  };
}

/** The newest run of an experiment whose plan was written; undefined where there is none. */
export async function newestPlannedRun(experiment: string): Promise<RunRecords | undefined> {
  for (const run of await listRuns(experiment)) {
    const records = await readRunRecords(run).catch(() => undefined);
    if (records?.plan !== undefined) return records;
  }
  return undefined;
}

/** The verdict that a run came to; undefined where it has none, where it failed behind it, or where that cannot be read. */
export async function readVerdict(run: string): Promise<Verdict | undefined> {
  try {
    const file = join(run, runFiles.verdict);
    // Asked first: most runs have none.
    if (!(await isFile(file)) || (await readManifest(run)).state !== 'done') return undefined;
    return await readJsonAs(file, verdictSchema, about('The verdict'));
  } catch {
    return undefined;
  }
}

/** The verdicts that runs of an experiment came to, the newest first. */
export async function readVerdicts(experiment: string): Promise<Verdict[]> {
  const found = await Promise.all((await listRuns(experiment)).map(readVerdict));
  return found.filter((verdict) => verdict !== undefined);
}

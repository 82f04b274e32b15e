import path from 'node:path';
import { readJsonAs } from '../files/json';
import { canResume, resumeFile, runFiles } from '../files/runs';
import { LabError, toLabError } from '../shared/errors';
import type { ExecutorSettings } from '../shared/executorSettings';
import type { RunManifest } from '../shared/runManifest';
import { runScoresSchema, type RunScores } from '../shared/scoreFile';
import type { Device } from '../shared/words';
import { fingerprintOf } from './fingerprint';
import { headFor, headless, headOf } from './headFor';
import { OrderedWrites } from './orderedWrites';
import { PieceRunner } from './pieces/pieceRunner';
import { prepare, type Prepared } from './prepare';
import type { EventSink, ScoreRequest } from './request';
import { goingOn, hasBegun, newManifest, relativeTo, requireMine } from './runRecord';
import { RunWriter } from './runWriter';
import { scoreModel } from './scoreModel';
import { ScoreStore } from './scoring/scoreStore';
import { isFile } from '../files/isFile';
import { writeReports } from './writeReports';

export interface RunOptions {
  /** Absolute path of the run's folder. */
  readonly run: string;
  readonly job: 'score' | 'run' | 'search';
  readonly device: Device | 'auto';
  readonly version: string;
  /** Go on with the run that is there, from the block where it stopped. */
  readonly resume?: boolean;
  /** Processes that share the work; 0 = this one alone; as many as fit where absent. Changes no number. */
  readonly processes?: number;
  /** Who does the parts of it; the engine itself where absent. */
  readonly executor?: ExecutorSettings | undefined;
  /** How it was asked for on the command line. */
  readonly command?: string | undefined;
  /** Called after each write to the run's journal. */
  readonly told: (writer: RunWriter) => void;
}

/** What comes after the scores (the main job allocates), as part of the run and of its end. */
export type AfterScores = (
  writer: RunWriter,
  scores: RunScores,
  pieces: PieceRunner | undefined,
) => Promise<void>;

/**
 * Scores into a run folder: journal, scores.json, reports; and while it lasts `state/`, from which a stopped run goes on.
 *
 * @param experiment absolute path of the experiment file; undefined where there is none
 * @throws LabError what ended the run; the run's folder says the same
 */
export const scoreRun = (
  asked: ScoreRequest,
  experiment: string | undefined,
  options: RunOptions,
  signal: AbortSignal,
  then?: AfterScores,
): Promise<RunWriter> => goingOn(options, () => scoreInto(asked, experiment, options, signal, then));

async function scoreInto(
  asked: ScoreRequest,
  experiment: string | undefined,
  options: RunOptions,
  signal: AbortSignal,
  then?: AfterScores,
): Promise<RunWriter> {
  const started = performance.now();
  const { run, job, version, command } = options;
  const { model, seed } = asked;
  const manifest = await newManifest({ run, job, version, experiment, model, seed, command });
  const store = new ScoreStore(options.run);
  const resume = options.resume === true;
  const early = { ...asked, head: resume ? await headOf(run) : undefined };
  // A run that cannot go on is left as it is, and a mistyped call without an experiment leaves none.
  const isFirst = resume || (experiment === undefined && (await headless(asked)) === undefined);
  const prepared = isFirst ? await prepare(early) : undefined;
  if (resume) await requireMine(run, job, experiment);
  const kept = resume && prepared !== undefined ? await keptScores(options, asked, prepared) : undefined;
  const now = resume && prepared !== undefined ? fingerprintOf(early, prepared) : undefined;
  // Beside scores, how they were cut says once more and in full what they are of, where it is still there.
  if (now !== undefined && kept !== undefined && (await isFile(resumeFile(run)))) await store.work(now);
  const goesOn = now !== undefined && kept === undefined && (await hasBegun(run));
  const before = goesOn ? await store.resume(now) : undefined;
  const told = (): void => options.told(writer);
  const writer: RunWriter = resume
    ? await RunWriter.reopen(options.run, told)
    : await RunWriter.create(options.run, manifest, told);
  const events = new OrderedWrites();
  let pieces: PieceRunner | undefined;
  const sink: EventSink = (event) => events.push(() => writer.record(event));
  try {
    pieces = await PieceRunner.for(options.executor, writer, signal);
    await writer.record(
      resume
        ? { type: 'resumed' }
        : {
            type: 'started',
            job: options.job,
            experiment: path.basename(experiment ?? asked.tasks[0]?.file ?? ''),
            tasks: asked.tasks.map(({ name }) => name),
            labels: asked.labels,
            estimator: asked.estimator,
            ...(asked.untilSure === undefined ? {} : { untilSure: asked.untilSure.level }),
          },
    );
    if (experiment !== undefined) await writer.keep(experiment);
    let memoryBytes = process.resourceUsage().maxRSS * 1024;
    if (prepared !== undefined && kept !== undefined) {
      // A process that was killed has not written them down.
      writer.note({ device: writer.state.device?.name, inputs: inputsOf(writer.noted, run, prepared) });
    }
    let runScores = kept;
    if (runScores === undefined) {
      const request = isFirst ? early : { ...asked, head: await headFor(asked, run, sink, signal) };
      const outcome = await scoreModel(request, sink, signal, { store, before }, prepared, pieces);
      memoryBytes = outcome.peakBytes;
      await events.drained();
      writer.note({ device: outcome.device, inputs: inputsOf(writer.noted, run, outcome.prepared) });
      runScores = { version: 1, scores: [...outcome.scores] };
      await writer.record({ type: 'stage', stage: 'write' });
      await writer.write(runFiles.scores, `${JSON.stringify(runScores, null, 1)}\n`);
    }
    await then?.(writer, runScores, pieces);
    await pieces?.end();
    await store.remove();
    await writer.record({
      type: 'actual',
      actual: {
        seconds: (performance.now() - started) / 1000,
        memoryBytes,
        diskBytes: await writer.diskBytes(),
      },
    });
    await writeReports(writer);
    await writer.finish('done');
    return writer;
  } catch (thrown) {
    // What was told before the failure stands before it.
    await events.drained().catch(() => undefined);
    await pieces?.close().catch(() => undefined);
    throw await writer.fail(thrown).catch(() => toLabError(thrown));
  }
}

const inputsOf = (
  manifest: RunManifest,
  run: string,
  { modelHash, tasks }: Prepared,
): RunManifest['inputs'] => ({
  ...manifest.inputs,
  modelHash,
  tasks: tasks.map(({ source, dataHash }) => ({
    name: source.name,
    file: relativeTo(run, source.file),
    hash: dataHash,
  })),
});

/**
 * The scores of a run that was stopped when it had them: what comes behind them goes on.
 * @throws LabError run-not-resumable where they are of other inputs
 */
async function keptScores(
  { run }: RunOptions,
  asked: ScoreRequest,
  prepared: Prepared,
): Promise<RunScores | undefined> {
  const file = path.join(run, runFiles.scores);
  if (!(await isFile(file)) || !(await canResume(run))) return undefined;
  const kept = await readJsonAs(file, runScoresSchema, {
    ...{ what: 'The score file', missing: 'scores-invalid', invalid: 'scores-invalid' },
    next: 'Start a new run.',
  });
  const { modelHash, tasks, model } = prepared;
  await model.dispose();
  const { estimator, labels, seed } = asked;
  const { untilSure } = fingerprintOf(asked, prepared);
  const same =
    kept.scores.length === tasks.length &&
    kept.scores.every(
      (one, at) =>
        one.modelHash === modelHash &&
        one.dataHash === tasks[at]?.dataHash &&
        (one.untilSure?.of ?? one.samples) === tasks[at]?.samples.length &&
        one.untilSure?.level === untilSure?.level &&
        one.untilSure?.layers === untilSure?.layers &&
        one.estimator === estimator &&
        one.labels === labels &&
        one.seed === seed,
    );
  if (same) return kept;
  throw new LabError(
    'run-not-resumable',
    `The run in ${run} cannot go on: the model, the data or what is scored has changed since.`,
    'Put it back as it was, or start a new run.',
  );
}

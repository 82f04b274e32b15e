import type { ModelFolder } from '../../files/modelFolder';
import { runFiles } from '../../files/runs';
import { runEventSchema, type RunEvent, type UnstampedRunEvent } from '../../shared/runEvents';
import type { RunManifest } from '../../shared/runManifest';
import { outcomeWords } from '../../shared/outcomeWords';
import { applyEvent } from '../../shared/applyEvent';
import { emptyRun } from '../../shared/runState';
import { reportFiles } from '../reportFiles';
import type { ImportedScores } from './importScores';

/** What of a run its record says; all paths relative to the run, with forward slashes. */
export interface ImportedRun {
  /** The folder's name. */
  readonly id: string;
  readonly experiment: string;
  readonly experimentHash: string;
  readonly model: string;
  /** The file with the scores. */
  readonly file: string;
  readonly version: string;
  /** As `Date.toISOString` gives it. */
  readonly at: string;
}

/**
 * The files of a run that holds imported scores, by name: the same as a score's own, so that every view opens it, a plan is made
 * from it, and a commit says where it is from. Pure; who calls writes them, as one folder.
 */
export function importedRunFiles(
  { scores, notes }: ImportedScores,
  model: Pick<ModelFolder, 'architecture' | 'layers' | 'parameters'>,
  run: ImportedRun,
): ReadonlyMap<string, string> {
  const { task, labels, estimator, samples, modules, layers } = scores;
  const name = run.experiment.split('/').at(-1) ?? '';
  const events: UnstampedRunEvent[] = [
    { type: 'started', job: 'score', experiment: name, tasks: [task], labels, estimator },
    {
      type: 'model',
      model: scores.model,
      architecture: model.architecture,
      layers: model.layers,
      parameters: model.parameters,
      modules: modules.map(({ path, layer, role, inFeatures, outFeatures }) => ({
        ...{ path, layer, role, inFeatures, outFeatures },
      })),
    },
    {
      type: 'scores',
      task,
      samplesDone: samples,
      samplesTotal: samples,
      scores: modules.map(({ score }) => score),
      standardErrors: modules.map(({ standardError }) => standardError),
      layerStandardErrors: layers.map(({ standardError }) => standardError),
    },
    { type: 'note', text: `The scores were imported from ${run.file}.` },
    ...notes.map((text) => ({ type: 'note', text }) as const),
    { type: 'wrote', path: runFiles.scores },
    { type: 'wrote', path: runFiles.report },
    { type: 'wrote', path: runFiles.htmlReport },
    { type: 'finished', state: 'done' },
  ];
  const stamped: RunEvent[] = events.map((event) => runEventSchema.parse({ at: run.at, ...event }));
  const state = stamped.reduce(applyEvent, emptyRun);
  const manifest: RunManifest = {
    version: 1,
    id: run.id,
    job: 'score',
    experiment: run.experiment,
    createdAt: run.at,
    finishedAt: run.at,
    state: 'done',
    outcome: outcomeWords(state),
    pid: process.pid,
    seed: 0,
    versions: { adapterLab: run.version, node: process.versions.node, tfjs: '' },
    inputs: {
      experimentHash: run.experimentHash,
      model: run.model,
      modelHash: scores.modelHash,
      tasks: [{ name: task, file: run.file, hash: scores.dataHash }],
    },
  };
  return new Map([
    [runFiles.manifest, `${JSON.stringify(manifest, null, 2)}\n`],
    [runFiles.events, stamped.map((event) => `${JSON.stringify(event)}\n`).join('')],
    [runFiles.scores, `${JSON.stringify({ version: 1, scores: [scores] }, null, 1)}\n`],
    ...reportFiles(state, manifest),
  ]);
}

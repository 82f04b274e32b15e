import type { LayerScore, ModuleScore } from '../shared/scoreFile';
import type { EventSink } from './request';

/** What an estimator with a pass of its own has of one task. */
interface OwnScores {
  moduleScores(perSample: boolean): readonly ModuleScore[];
  layerScores(): readonly LayerScore[];
}

/** Tells of a task's scores so far, by module and by layer. */
export function tellScores(
  sink: EventSink,
  task: string,
  samplesDone: number,
  samplesTotal: number,
  scores: OwnScores,
): void {
  const modules = scores.moduleScores(false);
  const layers = scores.layerScores();
  sink({
    ...{ type: 'scores', task, samplesDone, samplesTotal },
    scores: modules.map(({ score }) => score),
    standardErrors: modules.map(({ standardError }) => standardError),
    layerScores: layers.map(({ score }) => score),
    layerStandardErrors: layers.map(({ standardError }) => standardError),
  });
}

import type { ModelCache } from '../editor/modelFacts';
import { applyPlan } from './applyPlan';
import { exportPlan } from './exportPlan';
import { importScores } from './importScores';
import type { LinkedExperiments } from './linkedExperiments';
import type { Looks } from './look';
import type { TrainerParts, Trainers } from './parts';
import type { VirtualTexts } from './virtualTexts';

/** What the commands about plans and configs work with. */
export interface PlanParts extends TrainerParts {
  readonly looks: Looks;
  readonly linked: LinkedExperiments;
  readonly previews: VirtualTexts;
  readonly models: ModelCache;
}

/** The commands of the palette that are about configs. What goes wrong is shown, and given to `executeCommand`. */
export function planCommands(parts: PlanParts): Trainers['commands'] {
  const shown =
    (run: (parts: PlanParts, given: unknown) => Promise<unknown>) =>
    (given: unknown): Promise<unknown> =>
      run(parts, given).catch((thrown: unknown) => ({ error: parts.presenter.error(thrown).toPayload() }));
  return { applyPlan: shown(applyPlan), exportPlan: shown(exportPlan), importScores: shown(importScores) };
}

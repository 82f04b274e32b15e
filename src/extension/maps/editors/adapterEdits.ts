import { applyEdits, type TextEdit } from '../../../configs/text/textEdit';
import type { TrainerConfig } from '../../../configs/trainers/description';
import { readTrainerConfigs } from '../../../configs/trainers/read';
import { writeBackOf } from '../../../configs/trainers/writeBack/applyPlan';
import type { BaseModel } from '../../../files/baseModel';
import { changed, type PlanChange } from '../../../planning/draft/change';
import type { DraftFrame, DraftState } from '../../../planning/draft/frame';
import { isSamePlan } from '../../../shared/samePlan';
import { LabError } from '../../../shared/errors';
import type { Plan } from '../../../shared/words';
import { adapterPlan, type AdapterPlan } from './adapterPlan';

/** A configuration's text, read on its base model. */
export interface ReadAdapterText {
  readonly text: string;
  readonly config: TrainerConfig;
  readonly base: BaseModel;
  readonly found: AdapterPlan;
}

/**
 * The smallest edits of a configuration that make a change of its plan. What they come to is read again, so that what PEFT cannot
 * say is refused, and not written as something near it.
 *
 * @returns the state after it beside the edits; no edits where it comes to nothing
 * @throws LabError with the reason why it is refused
 */
export function adapterEdits(
  { text, config, base, found }: ReadAdapterText,
  frame: DraftFrame,
  state: DraftState,
  change: PlanChange,
): { readonly edits: readonly TextEdit[]; readonly next: DraftState } {
  if (change.change === 'rows' && Object.values(change.rows).some(({ locked }) => locked)) throw noLocks();
  const made = changed(frame, state, change);
  if (made === state) return { edits: [], next: state };
  // What the allocation does not know of stays: the output head, embeddings.
  const others = found.strangers.flatMap((path) => {
    const row = state.plan.modules[path];
    return row ? [[path, row] as const] : [];
  });
  const plan: Plan = { ...made.plan, modules: { ...made.plan.modules, ...Object.fromEntries(others) } };
  const { edits, losses } = writeBackOf(text, config, plan, base);
  requireSaid(applyEdits(text, edits), plan, { config, base }, losses);
  return { edits, next: { ...made, plan } };
}

/** @throws LabError `method-unavailable` where the text comes to another plan */
function requireSaid(
  text: string,
  wanted: Plan,
  { config, base }: Pick<ReadAdapterText, 'config' | 'base'>,
  losses: readonly string[],
): void {
  const { configs, faults } = readTrainerConfigs(text, config.syntax);
  const [again] = configs;
  const found = again && adapterPlan(again, { text, faults, base, budget: {} }).plan;
  // Lily scales by itself, so that alpha is not written, and PEFT shares by the order of the modules, whatever a plan says.
  const plain = (plan: Plan): Plan =>
    config.kind === 'lily' ? { modules: withoutAlpha(plan.modules), shared: [] } : plan;
  if (found && isSamePlan(plain(found), plain(wanted), { locks: false })) return;
  throw new LabError(
    'method-unavailable',
    `adapter_config.json cannot say this. ${losses.join(' ')}`.trim(),
    'Nothing was changed.',
  );
}

const withoutAlpha = (modules: Plan['modules']): Plan['modules'] =>
  Object.fromEntries(Object.entries(modules).map(([path, row]) => [path, { ...row, alpha: 1 }]));

const noLocks = (): LabError =>
  new LabError(
    'method-unavailable',
    'adapter_config.json has no place for a lock.',
    'Lock rows in the plan of an experiment, which Apply Plan writes here.',
  );

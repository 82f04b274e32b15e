import { changed, labelOf } from '../../planning/draft/change';
import { budgetIn, budgetOf } from '../../planning/draft/draftBudget';
import { draftFacts, draftSummary, totalsIn } from '../../planning/draft/draftOf';
import { emptyPlan, type DraftFrame, type DraftState } from '../../planning/draft/frame';
import { begin, doneTo, redone, undone, type History, type Step } from '../../planning/draft/history';
import { allocatorOf } from '../../planning/planRequest';
import { isSamePlan } from '../../shared/samePlan';
import type { Draft, DraftChange } from '../../shared/draft';
import { toLabError, type ErrorPayload } from '../../shared/errors';
import type { PlanFile } from '../../shared/planFile';
import { isSameBudget } from '../../shared/sameBudget';
import type { Budget, Plan } from '../../shared/words';

/** What stands in the file that a draft is applied to. */
export interface Applied {
  /** Its name. */
  readonly file: string;
  /** Undefined where it has no plan, or cannot be read. */
  readonly plan: Plan | undefined;
  readonly budget: Budget | undefined;
}

/** The plan of one run while it is edited. It is kept for as long as the window, whatever becomes of its page. */
export class DraftSession {
  private history: History<DraftState>;
  private refused: ErrorPayload | undefined;

  /**
   * @param base the plan that the run has
   * @param kept of an earlier window
   */
  constructor(
    private frame: DraftFrame,
    private base: DraftState,
    kept?: History<DraftState>,
  ) {
    this.history = kept ?? begin(base);
  }

  get state(): DraftState {
    return this.history.state;
  }

  /** The experiment's, as it was known last. */
  get design(): DraftFrame['design'] {
    return this.frame.design;
  }

  /** With all that can be taken back, to be kept. Undefined where nothing was changed. */
  get edits(): History<DraftState> | undefined {
    const { past, future } = this.history;
    return past.length > 0 || future.length > 0 ? this.history : undefined;
  }

  /** The experiment or the scores are others now. A budget that the experiment has now goes with it from here on. */
  reframe(frame: DraftFrame): void {
    this.frame = frame;
    const { budget } = this.state;
    if (budget !== undefined && budgetIn(frame, budget) === undefined) {
      this.history = { ...this.history, state: { ...this.state, budget: undefined } };
    }
  }

  /** The experiment has its budget now. What is taken back from here was under the one that the experiment had. */
  applied(): void {
    const { budget } = this.state;
    if (budget === undefined) return;
    const before = this.frame.design.budget;
    const held = (steps: readonly Step<DraftState>[]): Step<DraftState>[] =>
      steps.map((step) => ({ ...step, state: { ...step.state, budget: step.state.budget ?? before } }));
    const { past, future } = this.history;
    this.history = { state: { ...this.state, budget: undefined }, past: held(past), future: held(future) };
    this.frame = { ...this.frame, design: { ...this.frame.design, budget } };
  }

  /** The run has another plan, that was not made here. What was edited can be had again by undo. */
  rebase(base: DraftState): void {
    const isNew = !isSamePlan(base.plan, this.base.plan, { locks: true });
    this.base = base;
    if (!isNew || isSamePlan(base.plan, this.state.plan, { locks: true })) return;
    this.history = this.edits ? doneTo(this.history, 'Allocate', base) : begin(base);
  }

  /** Makes a change, or says in the draft why not. Never throws. */
  change(change: DraftChange): void {
    this.refused = undefined;
    try {
      if (change.change === 'undo') this.history = undone(this.history);
      else if (change.change === 'redo') this.history = redone(this.history);
      else {
        const next = changed(this.frame, this.state, change);
        if (next !== this.state) this.history = doneTo(this.history, labelOf(change), next);
      }
    } catch (thrown) {
      this.refuse(toLabError(thrown).toPayload());
    }
  }

  /** Why what was asked for was not done. */
  refuse(error: ErrorPayload): void {
    this.refused = error;
  }

  draft(applied: Applied, readOnly: string | undefined): Draft {
    const { past, future } = this.history;
    return {
      ...draftFacts(this.frame, this.state),
      undo: past.at(-1)?.label,
      redo: future.at(-1)?.label,
      isApplied: this.isIn(applied),
      file: applied.file,
      readOnly,
      refused: this.refused,
      norms: undefined,
    };
  }

  private isIn({ plan, budget }: Applied): boolean {
    return (
      isSamePlan(this.state.plan, plan ?? emptyPlan, { locks: true }) &&
      (budget === undefined || isSameBudget(budgetOf(this.frame, this.state), budget))
    );
  }

  /** As `plan.json` has it. */
  get planFile(): PlanFile {
    return planFileOf(this.frame, this.state);
  }
}

/** A plan that is edited, as `plan.json` has it. */
export function planFileOf(frame: DraftFrame, state: DraftState): PlanFile {
  const { plan, byHand } = state;
  const budget = budgetIn(frame, state.budget);
  // A plan that was never allocated was written by hand, in the place of what the experiment's method begins with.
  const { method = allocatorOf(frame.design.method) } = state;
  const isByHand = byHand || state.method === undefined;
  return {
    version: 1,
    method,
    plan: { modules: { ...plan.modules }, shared: [...plan.shared] },
    totals: totalsIn(frame, state),
    summary: draftSummary(frame, { ...state, byHand: isByHand }),
    ...(isByHand ? { byHand: true } : {}),
    ...(budget === undefined ? {} : { budget }),
  };
}

/** A plan of a file as the editing begins with it. */
export const stateOf = (frame: DraftFrame, file: PlanFile): DraftState => ({
  plan: file.plan,
  budget: budgetIn(frame, file.budget),
  method: file.method,
  byHand: file.byHand === true,
});

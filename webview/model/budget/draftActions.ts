import type { Draft } from '../../../src/shared/draft';
import { nextStep, noPlanReason, recordedReason, restrictedReason } from '../actions';
import { hasPlan, type PageView } from '../view';

export const draftActions = ['undo', 'redo', 'apply', 'commit'] as const;
export type DraftAction = (typeof draftActions)[number];

export interface DraftActionState {
  /** Why it cannot be used now; undefined where it can. */
  readonly reason: string | undefined;
  /** What it would do, for a tooltip. */
  readonly hint: string | undefined;
  /** The next step, drawn as the page's one primary button. */
  readonly primary: boolean;
}

/** Why nothing of the plan can be changed on this page; undefined where it can. */
export function readOnlyReason({ draft, run, trusted }: PageView): string | undefined {
  if (draft) return draft.readOnly;
  if (run.plan === undefined) return undefined;
  if (run.status === 'running') return 'The plan can be changed once the run has ended.';
  // Else its draft is on its way.
  return trusted ? undefined : restrictedReason;
}

/** What can be done with the edited plan now; undefined where there is none. */
export function draftActionStates(view: PageView): Record<DraftAction, DraftActionState> | undefined {
  const { draft } = view;
  if (!draft) return undefined;
  const reason = (other: string | undefined): string | undefined => draft.readOnly ?? other;
  const undo = reason(draft.undo === undefined ? 'There is nothing to take back.' : undefined);
  const redo = reason(draft.redo === undefined ? 'There is nothing to bring again.' : undefined);
  const has = hasPlan(view) ? `${draft.file} has this plan already.` : noPlanReason;
  const apply = reason(draft.isApplied ? has : undefined);
  const commit = reason(againstCommit(view, draft));
  const next = nextStep(view);
  return {
    undo: { reason: undo, hint: draft.undo && `Undo: ${draft.undo}`, primary: false },
    redo: { reason: redo, hint: draft.redo && `Redo: ${draft.redo}`, primary: false },
    apply: { reason: apply, hint: `Writes the plan into ${draft.file}.`, primary: next === 'apply' },
    commit: { reason: commit, hint: undefined, primary: next === 'commit' && commit === undefined },
  };
}

/** What is committed with its run's provenance needs one. */
function againstCommit(view: PageView, { isApplied, file }: Draft): string | undefined {
  const { trusted, run, heading } = view;
  if (heading.recorded) return recordedReason;
  if (!isApplied) return `Apply the plan to ${file} first.`;
  if (!hasPlan(view)) return noPlanReason;
  if (!trusted) return restrictedReason;
  return run.status === 'running' ? 'A run is in progress.' : undefined;
}

import { basename } from 'node:path';
import * as vscode from 'vscode';
import { designOf } from '../../planning/draft/designOf';
import { emptyPlan, type DraftFrame, type DraftState } from '../../planning/draft/frame';
import { LabError, toLabError } from '../../shared/errors';
import { experimentGlob } from '../../shared/ids';
import type { RunState } from '../../shared/runState';
import type { RunMessage } from '../../shared/webviewProtocol';
import type { DraftKeeper, DraftPage, PlanMessage } from '../panel/draftPage';
import { isExperiment } from '../trainers/recognize';
import { applyPlanOfMap } from './apply';
import { DraftStore } from './draftStore';
import { experimentNow, type ExperimentNow } from './experimentNow';
import { copyFrom, savePicture } from './outgoing';
import type { MapParts } from './parts';
import { restricted, restrictedError } from './restricted';
import { RunScores } from './runScores';
import { DraftSession, stateOf } from './session';

/** A run's plan as it is edited, with what it goes by now. */
interface Opened {
  readonly session: DraftSession;
  readonly now: ExperimentNow;
}

/** Sessions that are kept though no page shows their runs; what was edited in others is in the store. */
const mostUnseen = 10;

/** What was typed is looked at this long after the last key, in milliseconds. */
const pause = 250;

/** The plans that are edited on runs' pages: one a run, kept while the page is hidden and over a reload. */
export class RunDrafts implements DraftKeeper, vscode.Disposable {
  private readonly sessions = new Map<string, DraftSession>();
  private readonly pages = new Map<DraftPage, string>();
  /** The number of the last change of each page that was answered. */
  private readonly answered = new WeakMap<DraftPage, number>();
  private readonly store: DraftStore;
  private readonly scores = new RunScores();
  private readonly subscriptions: readonly vscode.Disposable[];
  /** What is asked for is done one after the other, so that no page is told of an earlier plan after a later one. */
  private last: Promise<unknown> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly parts: MapParts) {
    this.store = new DraftStore(parts.memento);
    const watcher = vscode.workspace.createFileSystemWatcher(experimentGlob);
    const look = (uri: vscode.Uri): void => this.lookSoon(uri);
    this.subscriptions = [
      watcher,
      watcher.onDidCreate(look),
      watcher.onDidChange(look),
      watcher.onDidDelete(look),
      vscode.workspace.onDidChangeTextDocument(({ document: { uri } }) => {
        if (isExperiment(uri)) look(uri);
      }),
    ];
  }

  told(page: DraftPage, message: RunMessage): void {
    const { run } = page;
    if (run === undefined) {
      this.pages.delete(page);
      return;
    }
    // A page that is opened anew counts its changes anew.
    if (message.type === 'open') this.then(() => this.answered.delete(page));
    const isNew = message.type === 'open' || this.pages.get(page) !== run;
    this.pages.set(page, run);
    if (isNew || message.events.some(({ type }) => decisive.has(type))) this.then(() => this.tell(page));
  }

  asked(page: DraftPage, message: PlanMessage): void {
    switch (message.type) {
      // Not in the queue, which a dialog would hold up for as long as it is open.
      case 'copy':
        this.done(copyFrom(message));
        break;
      case 'picture':
        this.done(savePicture(this.parts, message, page.experiment));
        break;
      case 'change':
        this.then(() => this.change(page, message));
        break;
      case 'action':
        this.then(() => this.apply(page));
        break;
    }
  }

  closed(page: DraftPage): void {
    this.pages.delete(page);
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private then(task: () => unknown): void {
    this.last = this.done(this.last.then(task));
  }

  private done(task: Promise<unknown>): Promise<unknown> {
    return task.catch((thrown: unknown) => this.parts.presenter.error(thrown));
  }

  private lookSoon(uri: vscode.Uri): void {
    const isShown = [...this.pages.keys()].some(({ experiment }) => experiment.fsPath === uri.fsPath);
    if (!isShown) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      for (const page of this.pages.keys()) this.then(() => this.tell(page));
    }, pause);
  }

  private async tell(page: DraftPage): Promise<void> {
    const { run } = page;
    if (run !== undefined) this.post(page, run, await this.open(page, run));
  }

  private post(page: DraftPage, run: string, opened: Opened | undefined): void {
    const draft = opened?.session.draft(
      {
        file: opened.now.name,
        plan: opened.now.experiment?.plan,
        budget: opened.now.experiment?.budget,
      },
      readOnly(opened.now),
    );
    page.post({ type: 'draft', run: basename(run), draft, answered: this.answered.get(page) });
  }

  private async change(
    page: DraftPage,
    { change, number }: Extract<PlanMessage, { type: 'change' }>,
  ): Promise<void> {
    const { run } = page;
    if (run === undefined) return;
    const opened = await this.open(page, run);
    if (opened) {
      const reason = readOnlyError(opened.now);
      if (reason === undefined) opened.session.change(change);
      else opened.session.refuse(reason.toPayload());
    }
    // Also where there is nothing to edit any more: the page waits for an answer.
    if (number !== undefined) this.answered.set(page, number);
    this.post(page, run, opened);
    if (opened) await this.store.write(run, opened.session.edits);
  }

  private async apply(page: DraftPage): Promise<void> {
    const { run, experiment } = page;
    const opened = run === undefined ? undefined : await this.open(page, run);
    if (run === undefined || !opened) return;
    const { session } = opened;
    try {
      const { planFile } = session;
      if (!(await applyPlanOfMap(this.parts, { experiment, run, planFile }))) return;
      session.applied();
      await this.store.write(run, undefined);
    } catch (thrown) {
      this.parts.presenter.error(toLabError(thrown));
    }
    await this.tell(page);
  }

  /** @returns undefined while there is nothing to edit */
  private async open(page: DraftPage, run: string): Promise<Opened | undefined> {
    const state = await this.parts.runs.run(run).then(
      (found) => found.state,
      () => undefined,
    );
    if (!state || state.status === 'running') return undefined;
    const now = await experimentNow(page.experiment);
    const scores = await this.scores.of(run, state.modules);
    if (scores.length === 0 && !state.plan) return undefined;
    const before = this.sessions.get(run);
    const frame = frameOf(state, scores, now, before);
    const base = baseOf(state, frame);
    const session = before ?? new DraftSession(frame, base, this.store.read(run, pathsOf(frame)));
    session.reframe(frame);
    session.rebase(base);
    this.sessions.delete(run);
    this.sessions.set(run, session);
    this.prune();
    return { session, now };
  }

  /** The oldest ones that nobody sees go. */
  private prune(): void {
    const seen = new Set(this.pages.values());
    const unseen = [...this.sessions.keys()].filter((run) => !seen.has(run));
    for (const run of unseen.slice(0, -mostUnseen)) this.sessions.delete(run);
  }
}

/** What decides whether there is a plan to edit, and which. */
const decisive: ReadonlySet<string> = new Set(['started', 'resumed', 'plan', 'finished']);

const pathsOf = ({ modules }: DraftFrame): string[] => modules.map(({ path }) => path);

const readOnly = ({ problem }: ExperimentNow): string | undefined => restricted() ?? problem;

function readOnlyError({ problem }: ExperimentNow): LabError | undefined {
  const reason = restricted();
  if (reason !== undefined) return restrictedError(reason);
  return problem === undefined
    ? undefined
    : new LabError('experiment-invalid', problem, 'Then change the plan.');
}

function frameOf(
  { modules, plan }: RunState,
  scores: DraftFrame['scores'],
  { experiment }: ExperimentNow,
  before: DraftSession | undefined,
): DraftFrame {
  // While an experiment is half typed, what it said last holds.
  const design =
    experiment ??
    before?.design ??
    designOf(plan ?? { method: 'uniform', plan: { modules: {}, shared: [] } }, modules);
  return { modules, design, scores };
}

/** The plan that the editing begins with: the run's, else the experiment's where it is of this model, else none. */
function baseOf({ plan }: RunState, frame: DraftFrame): DraftState {
  const { design, modules } = frame;
  if (plan) return stateOf(frame, plan);
  const written = design.plan;
  const isOfModel = modules.some(({ path }) => written && Object.hasOwn(written.modules, path));
  const budget = undefined;
  return { plan: isOfModel && written ? written : emptyPlan, budget, method: undefined, byHand: false };
}

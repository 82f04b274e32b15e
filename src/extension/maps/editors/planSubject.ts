import { basename, dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { isRunOf, runFiles } from '../../../files/runs';
import { changed } from '../../../planning/draft/change';
import { designOf } from '../../../planning/draft/designOf';
import { draftFacts } from '../../../planning/draft/draftOf';
import { emptyPlan, type DraftFrame } from '../../../planning/draft/frame';
import { isSamePlan } from '../../../shared/samePlan';
import { LabError, toLabError } from '../../../shared/errors';
import { experimentGlob } from '../../../shared/ids';
import type { PlanFile } from '../../../shared/planFile';
import type { PageAction, RunHeading } from '../../../shared/webviewProtocol';
import { actOnPage } from '../../pageActions';
import { pathOfExperiment } from '../../panel/places';
import { manifestOf } from '../../runs/orphan';
import { saveChanges } from '../../saveChanges';
import { isExperiment } from '../../trainers/recognize';
import { applyPlanOfMap } from '../apply';
import { experimentNow, type ExperimentNow } from '../experimentNow';
import type { MapParts } from '../parts';
import { restricted } from '../restricted';
import { RunScores } from '../runScores';
import { planFileOf, stateOf } from '../session';
import { backgroundEvents, errorEvents } from '../stateEvents';
import { planTextEdits, readPlanText } from './planText';
import type { Looked, Subject } from './subject';

/** What belongs to a plan file: its run, and the experiment that the run is of. */
interface Belonging {
  /** Absolute path of the run's folder. */
  readonly run: string;
  readonly recorded: boolean;
  readonly experiment: vscode.Uri | undefined;
  readonly now: ExperimentNow | undefined;
}

/** `plan.json` of a run, on the background of the run's model and scores. */
export class PlanSubject implements Subject {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onChange = this.changes.event;
  private readonly scores = new RunScores();
  private readonly subscriptions: readonly { dispose(): void }[];

  constructor(private readonly parts: MapParts) {
    const watcher = vscode.workspace.createFileSystemWatcher(experimentGlob);
    const fire = (): void => this.changes.fire();
    this.subscriptions = [
      watcher,
      watcher.onDidCreate(fire),
      watcher.onDidChange(fire),
      watcher.onDidDelete(fire),
      vscode.workspace.onDidChangeTextDocument(({ document: { uri } }) => {
        if (isExperiment(uri)) fire();
      }),
      parts.jobs.onEnd(fire),
    ];
  }

  async look(document: vscode.TextDocument): Promise<Looked> {
    const file = vscode.workspace.asRelativePath(document.uri);
    const belonging = await belongingOf(document);
    const heading: RunHeading = {
      kind: 'plan',
      run: basename(belonging.run),
      experiment: belonging.experiment ? pathOfExperiment(belonging.experiment) : '',
      recorded: belonging.recorded,
    };
    try {
      const planFile = readPlanText(document.getText(), basename(document.uri.fsPath));
      return { heading, ...(await this.seen(document, file, belonging, planFile)) };
    } catch (thrown) {
      const events = errorEvents(file, toLabError(thrown).toPayload());
      return { heading, events, plan: undefined };
    }
  }

  async act(action: PageAction, document: vscode.TextDocument): Promise<void> {
    const { run, experiment } = await belongingOf(document);
    if (action === 'apply') await this.apply(document, run, experiment);
    else if (experiment) await actOnPage(action, { experiment, run });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changes.dispose();
  }

  private async seen(
    document: vscode.TextDocument,
    file: string,
    belonging: Belonging,
    planFile: PlanFile,
  ): Promise<Pick<Looked, 'events' | 'plan'>> {
    const { now } = belonging;
    const { frame, events } = await this.background(file, belonging, planFile);
    const state = stateOf(frame, planFile);
    const { experiment } = now ?? {};
    const isApplied =
      now === undefined
        ? !document.isDirty
        : isSamePlan(state.plan, experiment?.plan ?? emptyPlan, { locks: true }) &&
          state.budget === undefined;
    return {
      events,
      plan: {
        draft: {
          ...draftFacts(frame, state),
          isApplied,
          file: now?.name ?? basename(document.uri.fsPath),
          readOnly: restricted(),
          norms: undefined,
        },
        edits: (change) => {
          const next = changed(frame, state, change);
          return next === state ? [] : planTextEdits(document.getText(), planFileOf(frame, next));
        },
      },
    };
  }

  /** @throws LabError where the run does not tell what model the plan is of */
  private async background(
    file: string,
    { run, now }: Belonging,
    planFile: PlanFile,
  ): Promise<{ frame: DraftFrame; events: Looked['events'] }> {
    const { state } = await this.parts.runs.run(run).catch((thrown: unknown) => {
      throw lonely(file, thrown);
    });
    const { model, modules, tasks, estimator, labels, notes } = state;
    if (modules.length === 0) throw lonely(file, undefined);
    const scored = tasks.filter(({ scores }) => scores.length === modules.length);
    const events = backgroundEvents({ file, model, modules, tasks: scored, estimator, labels, notes });
    const design = now?.experiment ?? designOf(planFile, modules);
    return { frame: { modules, design, scores: await this.scores.of(run, modules) }, events };
  }

  /** The file is saved first: the run notes the same plan in it. */
  private async apply(
    document: vscode.TextDocument,
    run: string,
    experiment: vscode.Uri | undefined,
  ): Promise<void> {
    const planFile = readPlanText(document.getText(), basename(document.uri.fsPath));
    await saveChanges(document);
    if (!experiment) return;
    await applyPlanOfMap(this.parts, { experiment, run, planFile });
  }
}

async function belongingOf({ uri }: vscode.TextDocument): Promise<Belonging> {
  const run = dirname(uri.fsPath);
  const manifest = await manifestOf(run);
  const named = manifest && resolve(run, manifest.experiment);
  // The record came with the run: it may say whose it is, and name no other file that a plan would be written to.
  const path = named !== undefined && isRunOf(named, run) ? named : undefined;
  const experiment = path === undefined ? undefined : vscode.Uri.file(path);
  const now = experiment && (await experimentNow(experiment));
  const isThere = now !== undefined && (now.experiment !== undefined || !now.isGone);
  return {
    run,
    recorded: manifest?.recorded === true,
    experiment: isThere ? experiment : undefined,
    now: isThere ? now : undefined,
  };
}

const lonely = (file: string, cause: unknown): LabError =>
  new LabError(
    'run-not-found',
    `Beside ${file} there is no ${runFiles.events} that says which model the plan is of.`,
    'Open it as text, or a plan in the folder of its run.',
    { cause },
  );

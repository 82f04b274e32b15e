import { stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { applyEdits } from '../../../configs/text/textEdit';
import { resolve } from '../../../configs/trainers/resolve';
import type { BaseModel } from '../../../files/baseModel';
import { weightsName } from '../../../peft/folder';
import { draftFacts } from '../../../planning/draft/draftOf';
import type { DraftFrame, DraftState } from '../../../planning/draft/frame';
import { toLabError } from '../../../shared/errors';
import type { RunState } from '../../../shared/runState';
import type { Module } from '../../../shared/words';
import type { PageAction, RunHeading } from '../../../shared/webviewProtocol';
import { actOnPage } from '../../pageActions';
import { pathOfExperiment } from '../../panel/places';
import { saveChanges } from '../../saveChanges';
import { onSetting } from '../../settings';
import { BaseModels } from '../../trainers/baseModels';
import { LinkedExperiments, type Linked } from '../../trainers/linkedExperiments';
import { pickFolder } from '../../trainers/pickFolder';
import type { MapParts } from '../parts';
import { restricted } from '../restricted';
import { RunScores } from '../runScores';
import { backgroundEvents, errorEvents, tasksOn } from '../stateEvents';
import { adapterEdits, type ReadAdapterText } from './adapterEdits';
import { adapterPlan } from './adapterPlan';
import { adapterConfigIn, baseModelIn } from './adapterText';
import { expertsBeside } from './mixture';
import { NormCache, type Norms } from './norms';
import type { Looked, Subject } from './subject';

/** How a plan came about, which the file has no place for. */
type Origin = Pick<DraftState, 'method' | 'byHand' | 'budget'>;

/** Texts whose origin is remembered, of each document. */
const mostOrigins = 50;

/** `adapter_config.json` of PEFT's, on the background of its base model and of the scores of its experiment. */
export class AdapterSubject implements Subject {
  private readonly changes = new vscode.EventEmitter<void>();
  readonly onChange = this.changes.event;
  private readonly models = new BaseModels();
  private readonly linked = new LinkedExperiments();
  private readonly scores = new RunScores();
  private readonly norms: NormCache;
  private readonly origins = new WeakMap<vscode.TextDocument, Map<string, Origin>>();
  private readonly subscriptions: readonly { dispose(): void }[];

  constructor(private readonly parts: MapParts) {
    const fire = (): void => this.changes.fire();
    this.norms = new NormCache(fire);
    this.subscriptions = [
      this.linked,
      this.linked.onChange(fire),
      parts.jobs.onEnd(fire),
      onSetting(['modelFolders'], fire),
    ];
  }

  async look(document: vscode.TextDocument): Promise<Looked> {
    const file = vscode.workspace.asRelativePath(document.uri);
    const [linked] = await this.linked.of(document.uri.fsPath).catch(() => []);
    const heading: RunHeading = {
      kind: 'adapter',
      run: '',
      experiment: linked ? pathOfExperiment(linked.uri) : '',
      recorded: false,
    };
    try {
      return { heading, ...(await this.seen(document, file, linked)) };
    } catch (thrown) {
      return { heading, events: errorEvents(file, toLabError(thrown).toPayload()), plan: undefined };
    }
  }

  async act(action: PageAction, document: vscode.TextDocument): Promise<void> {
    const [linked] = await this.linked.of(document.uri.fsPath);
    if (action === 'apply') await saveChanges(document);
    else if (action === 'pickFolder') await this.pick(document);
    else if (linked) await actOnPage(action, { experiment: linked.uri, run: undefined });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    this.changes.dispose();
  }

  private async pick(document: vscode.TextDocument): Promise<void> {
    const { config } = adapterConfigIn(document.getText(), basename(document.uri.fsPath));
    const name = config.settings.baseModel;
    if (name !== undefined) await pickFolder(this.parts, name);
  }

  private async seen(
    document: vscode.TextDocument,
    file: string,
    linked: Linked | undefined,
  ): Promise<Pick<Looked, 'events' | 'plan'>> {
    const text = document.getText();
    const { config, faults } = adapterConfigIn(text, basename(file));
    const base = baseModelIn(await this.models.of(document, config), basename(file));
    const budget = linked?.experiment.budget ?? {};
    const experts = await expertsBeside(document.uri.fsPath);
    const found = adapterPlan(config, { text, faults, base, budget, experts });
    const { frame, run } = await this.frameOf(found, linked, config.settings.rankStabilized);
    const state: DraftState = { plan: found.plan, ...this.originOf(document, text) };
    const norms = await this.norms.of(document.uri.fsPath, config, resolve(config, base));
    const facts = draftFacts(frame, state);
    return {
      events: backgroundEvents({
        file,
        model: modelFacts(base, config.settings.baseModel),
        modules: frame.modules,
        tasks: run ? tasksOn(frame.modules, run) : [],
        ...{ estimator: run?.estimator, labels: run?.labels },
        notes: found.notes,
      }),
      plan: {
        draft: {
          ...facts,
          summary: [facts.summary, ...found.notes, ...notesOf(norms)].join(' '),
          isApplied: !document.isDirty,
          file: basename(file),
          readOnly: restricted() ?? found.fixed ?? (await trained(document.uri.fsPath)),
          norms: norms.values,
        },
        edits: (change) => {
          const of: ReadAdapterText = { text, config, base, found };
          const { edits, next } = adapterEdits(of, frame, state, change);
          // Also where the text stays: another budget or method may come to the same plan.
          if (next !== state) this.remember(document, applyEdits(text, edits), next);
          return edits;
        },
      },
    };
  }

  private async frameOf(
    { modules, design }: ReturnType<typeof adapterPlan>,
    linked: Linked | undefined,
    rankStabilized: boolean,
  ): Promise<{ frame: DraftFrame; run: RunState | undefined }> {
    const scored = linked && (await this.parts.runs.newestScored(linked.uri.fsPath));
    const isOfModel = scored !== undefined && sameModules(scored.state.modules, modules);
    const frame: DraftFrame = {
      // Scores are in the order of the run's.
      modules: isOfModel ? scored.state.modules : modules,
      design,
      scores: isOfModel ? await this.scores.of(scored.folder, scored.state.modules) : [],
      rankStabilized,
    };
    return { frame, run: isOfModel ? scored.state : undefined };
  }

  private originOf(document: vscode.TextDocument, text: string): Origin {
    const known = this.origins.get(document)?.get(text);
    return known ?? { method: undefined, byHand: false, budget: undefined };
  }

  private remember(
    document: vscode.TextDocument,
    text: string,
    { method, byHand, budget }: DraftState,
  ): void {
    const known = this.origins.get(document) ?? new Map<string, Origin>();
    known.delete(text);
    known.set(text, { method, byHand, budget });
    for (const oldest of [...known.keys()].slice(0, -mostOrigins)) known.delete(oldest);
    this.origins.set(document, known);
  }
}

const modelFacts = (base: BaseModel, name: string | undefined): RunState['model'] => ({
  name: name ?? basename(base.folder),
  architecture: base.architecture === '' ? base.modelType : base.architecture,
  layers: base.layers,
  parameters: base.parameters,
});

const notesOf = ({ note }: Norms): string[] => (note === undefined ? [] : [note]);

/** Ranks that weights were trained with are what they are. */
async function trained(file: string): Promise<string | undefined> {
  for (const name of [weightsName, 'adapter_model.bin']) {
    if (!(await stat(join(dirname(file), name)).catch(() => undefined))) continue;
    return `${name} beside it has these ranks. Change the plan of its experiment, and train again.`;
  }
  return undefined;
}

function sameModules(some: readonly Module[], others: readonly Module[]): boolean {
  const paths = new Set(some.map(({ path }) => path));
  return paths.size === others.length && others.every(({ path }) => paths.has(path));
}

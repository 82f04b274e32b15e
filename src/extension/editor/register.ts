import * as vscode from 'vscode';
import { experimentGlob } from '../../shared/ids';
import type * as OnDemand from '../onDemand';
import type { Jobs } from '../runs/jobs';
import type { RunStore } from '../runs/runStore';
import { LensProvider } from './codeLensProvider';
import { Diagnostics } from './diagnostics';
import { HoverProvider } from './hoverProvider';
import { HintsProvider } from './inlayHintsProvider';
import { ModelCache } from './modelFacts';
import { QuickFixes } from './quickFixes';

/** Everything that an open experiment shows by itself. None of it starts the engine. */
export function registerEditorFeatures(
  runs: RunStore,
  jobs: Jobs,
  onDemand: () => Promise<typeof OnDemand>,
): { hints: HintsProvider; disposables: vscode.Disposable[] } {
  const files: vscode.DocumentSelector = { scheme: 'file', pattern: experimentGlob };
  const models = new ModelCache();
  const lenses = new LensProvider(jobs, runs);
  const hints = new HintsProvider(runs, models, jobs);
  const { languages } = vscode;
  const disposables = [
    lenses,
    hints,
    new Diagnostics(models),
    languages.registerCodeLensProvider(files, lenses),
    languages.registerInlayHintsProvider(files, hints),
    languages.registerHoverProvider(files, new HoverProvider(runs, models, onDemand)),
    languages.registerCodeActionsProvider(files, new QuickFixes(), QuickFixes.metadata),
  ];
  return { hints, disposables };
}

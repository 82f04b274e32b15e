import * as vscode from 'vscode';
import { schemaInfo } from '../../configs/experiment/schemaWalk';
import type * as OnDemand from '../onDemand';
import type { RunStore } from '../runs/runStore';
import { keyHover, rowHover } from './hoverTexts';
import { keyAt } from './keyPath';
import type { ModelCache } from './modelFacts';
import { anchors, parsed } from './parsed';

/** Says what a key is for, and why a row of the plan is as it is. */
export class HoverProvider implements vscode.HoverProvider {
  constructor(
    private readonly runs: RunStore,
    private readonly models: ModelCache,
    private readonly onDemand: () => Promise<Pick<typeof OnDemand, 'whyOf'>>,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    const offset = document.offsetAt(position);
    const row = anchors(document).modules.find(({ key }) => key.start <= offset && offset <= key.end);
    if (row) return markdown(await this.rowText(document, row.path));
    const key = keyAt(document.getText(), offset);
    const info = key && schemaInfo(key.path);
    const text = info && keyHover(String(key.path.at(-1)), info);
    return text === undefined ? undefined : markdown(text);
  }

  private async rowText(document: vscode.TextDocument, path: string): Promise<string> {
    const { experiment } = parsed(document);
    const { whyOf } = await this.onDemand();
    const [model, run, why] = await Promise.all([
      experiment && this.models.facts(experiment.model),
      this.runs.newestScored(document.uri.fsPath),
      whyOf(this.runs, document.uri.fsPath, path),
    ]);
    const modules = model && 'modules' in model ? model.modules : (run?.state.modules ?? []);
    return rowHover({
      path,
      method: experiment?.method,
      row: experiment?.plan?.modules[path],
      module: modules.find((module) => module.path === path),
      scores: why?.scores,
      from: why?.from,
    });
  }
}

const markdown = (text: string): vscode.Hover => new vscode.Hover(new vscode.MarkdownString(text));

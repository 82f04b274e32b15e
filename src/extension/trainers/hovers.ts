import * as vscode from 'vscode';
import type { RunStore } from '../runs/runStore';
import { configAt } from './completion';
import type { LinkedExperiments } from './linkedExperiments';
import type { Looks, Seen } from './look';
import { rangeIn } from './positions';
import { inline } from '../../shared/markdown';
import { whyOf, whyText } from './why';

/** Says what a key of a config is for, what it comes to on the model, and why a rank is what it is. */
export class ConfigHovers implements vscode.HoverProvider {
  constructor(
    private readonly looks: Looks,
    private readonly linked: LinkedExperiments,
    private readonly runs: RunStore,
  ) {}

  async provideHover(
    document: vscode.TextDocument,
    position: vscode.Position,
  ): Promise<vscode.Hover | undefined> {
    const offset = document.offsetAt(position);
    const one = configAt((await this.looks.at(document)).seen, offset);
    const hover = one?.facts.hoverAt(offset);
    if (!one || !hover) return undefined;
    const text = [hover.markdown, ...(await this.why(document, moduleAt(one, offset)))].join('\n\n');
    return new vscode.Hover(new vscode.MarkdownString(text), rangeIn(document, hover.range));
  }

  private async why(document: vscode.TextDocument, module: string | undefined): Promise<string[]> {
    if (module === undefined) return [];
    const [newest] = await this.linked.of(document.uri.fsPath);
    const why = newest && (await whyOf(this.runs, newest.uri.fsPath, module));
    return why ? [`**${inline(module)}**  \n${whyText(why)}`] : [];
  }
}

/** The first module whose rank or alpha the row at an offset is, by the path that scores go by. */
function moduleAt({ facts }: Seen, offset: number): string | undefined {
  const found = facts.resolved?.modules.find(({ rankRow, alphaRow }) =>
    [rankRow, alphaRow].some((row) => row && row.keyRange.start <= offset && offset <= row.range.end),
  );
  return found?.checkpointPath;
}

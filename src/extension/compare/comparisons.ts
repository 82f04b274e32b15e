import { existsSync } from 'node:fs';
import * as vscode from 'vscode';
import { LabError } from '../../shared/errors';
import { views } from '../../shared/ids';
import { showMapOfFile } from '../commands/showMap';
import type { MapParts } from '../maps/parts';
import { assetsOf } from '../panel/html';
import { placesOf } from '../panel/places';
import { onSetting } from '../settings';
import { sideItems } from './choices';
import { ComparePanel, pageOf, type Sides } from './comparePanel';
import { sideGiven, sideSeen } from './given';
import { isSameKey, readKey, sideKey, type SideKey } from './keys';
import { experimentOf } from './runSide';
import { SideReader } from './sideReader';
import { watchFiles } from './watchFiles';

/** The pages of two plans side by side, and how one is asked for. */
export class Comparisons implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly pages = new Set<ComparePanel>();
  private readonly reader: SideReader;
  private readonly subscriptions: readonly { dispose(): void }[];
  /** While there is a page. */
  private watching: vscode.Disposable | undefined;

  constructor(private readonly parts: MapParts) {
    this.reader = new SideReader(parts);
    const all = (): void => this.pages.forEach((page) => page.lookSoon());
    this.subscriptions = [onSetting(['mapPalette', 'modelFolders'], all), parts.jobs.onEnd(all)];
  }

  /**
   * Compares what a command was called on, or what is before the user's eyes, with what the user chooses.
   *
   * @param given what it was called on; @param selected all rows that are selected, of which two are compared with each other
   * @returns what is compared; undefined where the user gives up
   * @throws LabError where the two cannot be compared
   */
  async ask(given: unknown, selected: unknown): Promise<Sides | undefined> {
    const rows =
      Array.isArray(selected) && selected.length > 1 ? await Promise.all(selected.map(sideGiven)) : [];
    const [one, two, ...more] = rows.flatMap((side) => side ?? []);
    if (more.length > 0) {
      throw new LabError(
        'option-invalid',
        `${more.length + 2} rows are selected, and a comparison is of two.`,
        'Select two of them.',
      );
    }
    if (one && two) return this.show([one, two]);
    const left = (await sideGiven(given)) ?? (await this.seen()) ?? (await this.choose(undefined));
    const right = left && (await this.choose(left));
    return left && right && this.show([left, right]);
  }

  /** A window that was reloaded brings its pages back: the state is what the page saved. */
  async deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const { left, right } = (state ?? {}) as { left?: unknown; right?: unknown };
    const sides = [readKey(left, placed), readKey(right, placed)] as const;
    const [of, to] = sides;
    if (!of || !to) {
      panel.dispose();
      return;
    }
    panel.webview.options = this.options;
    this.adopt(panel, [of, to]);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const { panel } of this.pages) panel.dispose();
    this.watching?.dispose();
  }

  private get options(): vscode.WebviewOptions & vscode.WebviewPanelOptions {
    return { enableScripts: true, localResourceRoots: [assetsOf(this.parts.extension)] };
  }

  /** Shows two sides beside the text, in the tab that shows them already or in a new one. */
  private async show(sides: Sides): Promise<Sides> {
    const { error } = await pageOf(this.reader, sides);
    if (error) throw LabError.fromPayload(error);
    const open = [...this.pages].find((page) =>
      page.sides.every((side, at) => isSameKey(side, sides[at] ?? side)),
    );
    if (open) {
      open.panel.reveal();
      return sides;
    }
    const where = { viewColumn: vscode.ViewColumn.Beside, preserveFocus: false };
    this.adopt(vscode.window.createWebviewPanel(views.compare, 'Compare', where, this.options), sides);
    return sides;
  }

  private adopt(panel: vscode.WebviewPanel, sides: Sides): void {
    const deeds = { open: (side: SideKey) => open(side), choose: (beside: SideKey) => this.choose(beside) };
    const page = new ComparePanel(panel, sides, this.reader, deeds, this.parts);
    this.pages.add(page);
    this.watching ??= watchFiles((path) => this.pages.forEach((one) => one.changed(path)));
    panel.onDidDispose(() => {
      page.dispose();
      this.pages.delete(page);
      if (this.pages.size > 0) return;
      this.watching?.dispose();
      this.watching = undefined;
    });
  }

  private async choose(beside: SideKey | undefined): Promise<SideKey | undefined> {
    const items = await sideItems(beside);
    if (items.length === 0) {
      throw new LabError(
        'plan-missing',
        `There is no ${beside ? 'other ' : ''}plan in this workspace to compare.`,
        'Allocate one first.',
      );
    }
    const placeHolder = beside ? 'Compare with which plan?' : 'Compare which plan?';
    const picked = await this.parts.dialogs.pick(items, {
      placeHolder,
      ...{ matchOnDescription: true, matchOnDetail: true },
    });
    return picked?.side;
  }

  /** What is before the user's eyes, where it has a plan: where it has none, another one is asked for. */
  private async seen(): Promise<SideKey | undefined> {
    const { panels } = this.parts;
    const experiment = panels.focused?.fsPath;
    const run = experiment === undefined ? undefined : panels.runOf(experiment);
    const side = await sideSeen(run === undefined ? undefined : sideKey('run', run));
    const isPlanned = side && (await this.reader.read(side).then(Boolean, () => false));
    return isPlanned ? side : undefined;
  }
}

/** Where a saved path lies now; where it is nowhere, the place where it should be, so that the page can say so. */
function placed(named: string): string | undefined {
  const paths = placesOf(named).map(({ fsPath }) => fsPath);
  return paths.find((path) => existsSync(path)) ?? paths[0];
}

/** Opens what a side is of: the page of a run, the map of a file, the text of an experiment. */
async function open({ kind, path }: SideKey): Promise<void> {
  const uri = vscode.Uri.file(path);
  if (kind === 'run') {
    const experiment = await experimentOf(path);
    if (experiment === undefined) return;
    await vscode.commands.executeCommand('adapterLab.showAllocationMap', { experiment, run: path });
  } else if (kind === 'experiment') {
    await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.One });
  } else if ((await showMapOfFile(uri)) === undefined)
    await vscode.commands.executeCommand('vscode.open', uri);
}

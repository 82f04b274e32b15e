import { basename } from 'node:path';
import * as vscode from 'vscode';
import { comparisonOf } from '../../planning/compare/side';
import type { ComparingDeed, ComparisonPage } from '../../shared/comparison';
import { decodeFromWebview } from '../../shared/decodeFromWebview';
import { toLabError } from '../../shared/errors';
import type { FromWebview, ToWebview } from '../../shared/webviewProtocol';
import { copyFrom, savePicture } from '../maps/outgoing';
import type { MapParts } from '../maps/parts';
import { pageHtml, pageIcon } from '../panel/html';
import { mapPalette } from '../settings';
import { keyText, titleOf, type SideKey } from './keys';
import type { SideReader } from './sideReader';
import { isOf } from './watchFiles';

/** Left, then right. */
export type Sides = readonly [left: SideKey, right: SideKey];

/** What a panel needs of what holds it. */
export interface PanelDeeds {
  /** Opens what a side is of. */
  open(side: SideKey): Promise<unknown>;
  /** Asks what to compare with; undefined where the user gives up. */
  choose(beside: SideKey): Promise<SideKey | undefined>;
}

/** What changed is looked at this long after the last change, in milliseconds: a save touches several files. */
const pause = 250;

/** One tab with two plans side by side. */
export class ComparePanel {
  private isShown = false;
  private told = '';
  private timer: NodeJS.Timeout | undefined;
  private last: Promise<void> = Promise.resolve();
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    readonly panel: vscode.WebviewPanel,
    public sides: Sides,
    private readonly reader: SideReader,
    private readonly deeds: PanelDeeds,
    private readonly parts: Pick<MapParts, 'extension' | 'dialogs' | 'presenter'>,
  ) {
    this.subscriptions = [
      panel.webview.onDidReceiveMessage((message: unknown) => {
        const decoded = decodeFromWebview(message);
        if (decoded) this.done(this.receive(decoded));
      }),
      panel.onDidChangeViewState(() => {
        // A hidden page is taken down; it says that it is ready when it comes back.
        if (!panel.visible) this.isShown = false;
      }),
    ];
    panel.iconPath = pageIcon(parts.extension);
    this.name();
    panel.webview.html = pageHtml(panel.webview, parts.extension, {
      ...{ bundle: 'webview', page: 'compare', title: 'Compare' },
    });
  }

  /** A file changed: looks again where a side is read from it. */
  changed(path: string): void {
    if (this.isShown && this.sides.some((side) => isOf(side, path))) this.lookSoon();
  }

  lookSoon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.done(this.lookInTurn()), pause);
  }

  /** To be called when the tab is closed. */
  dispose(): void {
    this.isShown = false;
    clearTimeout(this.timer);
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  /** Looks in turn: of two that overlap the older one must not be told last. */
  private lookInTurn(): Promise<void> {
    const turn = this.last.then(() => this.look());
    this.last = turn.catch(() => undefined);
    return turn;
  }

  private done(task: Promise<unknown>): void {
    task.catch((thrown: unknown) => this.parts.presenter.error(thrown));
  }

  private async receive(message: FromWebview): Promise<void> {
    switch (message.type) {
      case 'ready':
        [this.isShown, this.told] = [true, ''];
        return this.lookInTurn();
      case 'comparing':
        return this.do(message.deed);
      case 'copy':
        return copyFrom(message);
      case 'picture':
        await savePicture(this.parts, message, vscode.Uri.file(this.sides[0].path));
    }
  }

  private async do(deed: ComparingDeed): Promise<void> {
    const [left, right] = this.sides;
    switch (deed) {
      case 'openLeft':
      case 'openRight':
        await this.deeds.open(deed === 'openLeft' ? left : right);
        return;
      case 'swap':
        return this.turnTo([right, left]);
      case 'chooseRight': {
        const other = await this.deeds.choose(left);
        if (other) await this.turnTo([left, other]);
      }
    }
  }

  private async turnTo(sides: Sides): Promise<void> {
    this.sides = sides;
    this.name();
    await this.lookInTurn();
  }

  private name(): void {
    const [left, right] = this.sides.map(({ path, isControl }) => (isControl ? 'control' : basename(path)));
    this.panel.title = `Compare: ${shortName(left)} ↔ ${shortName(right)}`;
  }

  /** Tells the page what there is now, where that is something else than before. */
  private async look(): Promise<void> {
    const page = await pageOf(this.reader, this.sides);
    if (!this.isShown) return;
    const message: ToWebview = { type: 'comparison', page, palette: mapPalette() };
    const text = JSON.stringify(message);
    if (text === this.told) return;
    this.told = text;
    await this.panel.webview.postMessage(message);
  }
}

/** Without the time that runs begin with, which a tab has no room for: `20261122-012842550-quickstart-run` -> `quickstart-run`. */
const shortName = (name = ''): string => name.replace(/^\d{8}-\d+-/, '').replace(/\.adapter\.yaml$/, '');

/** What a page of two sides shows. Never rejects. */
export async function pageOf(reader: Pick<SideReader, 'read'>, sides: Sides): Promise<ComparisonPage> {
  const known = {
    keys: keysOf(sides),
    titles: [titleOf(sides[0]), titleOf(sides[1])],
  } as const;
  try {
    const [left, right] = await Promise.all([reader.read(sides[0]), reader.read(sides[1])]);
    return { ...known, comparison: comparisonOf(left, right), error: undefined };
  } catch (thrown) {
    return { ...known, comparison: undefined, error: toLabError(thrown).toPayload() };
  }
}

const keysOf = ([left, right]: Sides): ComparisonPage['keys'] => {
  const named = (path: string): string => vscode.workspace.asRelativePath(path);
  return [keyText(left, named), keyText(right, named)];
};

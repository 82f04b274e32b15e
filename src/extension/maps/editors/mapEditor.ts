import * as vscode from 'vscode';
import { labelOf } from '../../../planning/draft/change';
import { decodeFromWebview } from '../../../shared/decodeFromWebview';
import type { DraftChange } from '../../../shared/draft';
import { LabError, toLabError, type ErrorPayload } from '../../../shared/errors';
import type { FromWebview, ToWebview } from '../../../shared/webviewProtocol';
import { assetsOf, pageHtml } from '../../panel/html';
import { mapPalette, onSetting } from '../../settings';
import { workspaceEdit } from '../../trainers/positions';
import { copyFrom, savePicture } from '../outgoing';
import type { MapParts } from '../parts';
import { restricted, restrictedError } from '../restricted';
import type { Looked, Subject } from './subject';
import { TextHistory } from './textHistory';

/** What was typed is looked at this long after the last key, in milliseconds. */
const pause = 150;

/** One page of a document. */
interface Page {
  readonly document: vscode.TextDocument;
  readonly panel: vscode.WebviewPanel;
  /** What it was told last, as JSON: it is told of the run behind the file only when that changed. */
  opened: string | undefined;
  refused: ErrorPayload | undefined;
  /** The number of its last change that was answered. */
  answered: number | undefined;
  /** Changes come one after the other, each of the text that the last one left. */
  last: Promise<unknown>;
  timer: NodeJS.Timeout | undefined;
}

/**
 * Edits a file as a map. The file stays a text: each change is an edit of its document, so that undo, saving, backups and what is
 * typed beside the page are VS Code's own.
 */
export class MapEditor implements vscode.CustomTextEditorProvider, vscode.Disposable {
  private readonly pages = new Set<Page>();
  private readonly histories = new Map<vscode.TextDocument, TextHistory>();
  private readonly subscriptions: readonly vscode.Disposable[];

  constructor(
    private readonly subject: Subject,
    private readonly parts: Pick<MapParts, 'extension' | 'dialogs' | 'presenter'>,
  ) {
    const all = (): void => this.pages.forEach((page) => this.drawSoon(page));
    this.subscriptions = [
      subject,
      subject.onChange(all),
      vscode.workspace.onDidGrantWorkspaceTrust(all),
      onSetting(['mapPalette'], all),
      vscode.workspace.onDidChangeTextDocument((event) => this.follow(event)),
      // Whether it is saved is a part of what is shown.
      vscode.workspace.onDidSaveTextDocument((document) => this.drawSoonOf(document)),
    ];
  }

  resolveCustomTextEditor(document: vscode.TextDocument, panel: vscode.WebviewPanel): void {
    const page: Page = {
      ...{ document, panel, opened: undefined, refused: undefined, timer: undefined },
      answered: undefined,
      last: Promise.resolve(),
    };
    this.pages.add(page);
    if (!this.histories.has(document)) this.histories.set(document, new TextHistory(document.getText()));
    const listener = panel.webview.onDidReceiveMessage((message: unknown) => {
      const decoded = decodeFromWebview(message);
      // Not one after the other with changes, which a dialog would hold up for as long as it is open.
      if (decoded?.type === 'copy') this.done(copyFrom(decoded));
      else if (decoded?.type === 'picture') this.done(savePicture(this.parts, decoded, document.uri));
      else if (decoded) this.then(page, () => this.receive(page, decoded));
    });
    panel.onDidDispose(() => {
      listener.dispose();
      clearTimeout(page.timer);
      this.pages.delete(page);
      if (![...this.pages].some((other) => other.document === document)) this.histories.delete(document);
    });
    panel.webview.options = { enableScripts: true, localResourceRoots: [assetsOf(this.parts.extension)] };
    panel.webview.html = pageHtml(panel.webview, this.parts.extension, {
      bundle: 'webview',
      title: 'Allocation Map',
    });
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const { timer } of this.pages) clearTimeout(timer);
  }

  private then(page: Page, task: () => unknown): void {
    page.last = this.done(page.last.then(task));
  }

  private done(task: Promise<unknown>): Promise<unknown> {
    return task.catch((thrown: unknown) => this.parts.presenter.error(thrown));
  }

  private follow({ document, reason }: vscode.TextDocumentChangeEvent): void {
    const { Undo, Redo } = vscode.TextDocumentChangeReason;
    const way = reason === Undo ? 'undo' : reason === Redo ? 'redo' : undefined;
    this.histories.get(document)?.changed(document.getText(), way);
    this.drawSoonOf(document);
  }

  private drawSoonOf(document: vscode.TextDocument): void {
    for (const page of this.pages) if (page.document === document) this.drawSoon(page);
  }

  private drawSoon(page: Page): void {
    clearTimeout(page.timer);
    page.timer = setTimeout(() => this.then(page, () => this.draw(page)), pause);
  }

  private async receive(
    page: Page,
    message: Exclude<FromWebview, { type: 'copy' | 'picture' }>,
  ): Promise<void> {
    const { document } = page;
    switch (message.type) {
      case 'ready':
        page.opened = undefined;
        // It counts its changes anew.
        page.answered = undefined;
        return this.draw(page);
      case 'change':
        await this.change(page, message.change);
        page.answered = message.number ?? page.answered;
        return this.draw(page);
      case 'action':
        if (message.action === 'openText') await openAsText(document);
        else await this.subject.act(message.action, document);
        return this.draw(page);
      case 'steer':
      case 'comparing':
        // A file has no search, and no other side.
        return;
    }
  }

  private async change(page: Page, change: DraftChange): Promise<void> {
    const { document, panel } = page;
    page.refused = undefined;
    if (change.change === 'undo' || change.change === 'redo') {
      if (this.histories.get(document)?.[change.change] === undefined) return;
      // VS Code's commands are about the editor that has the focus.
      if (!panel.active) panel.reveal();
      await vscode.commands.executeCommand(change.change);
      return;
    }
    const history = this.histories.get(document);
    try {
      const { plan } = await this.look(document);
      if (plan?.draft.readOnly !== undefined) throw notEditable(plan.draft.readOnly);
      const edits = plan?.edits(change) ?? [];
      if (edits.length > 0) {
        history?.announce(labelOf(change));
        const isDone = await vscode.workspace.applyEdit(workspaceEdit(document, edits));
        if (!isDone)
          throw new LabError('not-writable', `${document.uri.fsPath} could not be changed.`, nothing);
      }
    } catch (thrown) {
      page.refused = toLabError(thrown).toPayload();
    } finally {
      // Else the next edit of somebody else's would be called by what came to nothing.
      history?.announce(undefined);
    }
  }

  /** Looks at the text as it is when it has been looked at: reading what is behind it takes a while. */
  private async look(document: vscode.TextDocument): Promise<Looked> {
    for (;;) {
      const { version } = document;
      const looked = await this.subject.look(document);
      if (document.version === version) return looked;
    }
  }

  private async draw(page: Page): Promise<void> {
    clearTimeout(page.timer);
    const { document, panel } = page;
    const { heading, events, plan } = await this.look(document);
    const post = (message: ToWebview): void => {
      if (this.pages.has(page)) void panel.webview.postMessage(message);
    };
    const trusted = vscode.workspace.isTrusted;
    const open: ToWebview = { type: 'open', heading, events, trusted, palette: mapPalette() };
    const key = JSON.stringify(open);
    if (page.opened !== key) post(open);
    page.opened = key;
    const { undo, redo } = this.histories.get(document) ?? { undo: undefined, redo: undefined };
    const draft = plan && { ...plan.draft, undo, redo, refused: page.refused };
    post({ type: 'draft', run: heading.run, draft, answered: page.answered });
  }
}

/** The same file in VS Code's text editor. */
export const openAsText = ({ uri }: Pick<vscode.TextDocument, 'uri'>): Thenable<unknown> =>
  vscode.commands.executeCommand('vscode.openWith', uri, 'default');

const nothing = 'Nothing was changed.';
const notEditable = (reason: string): LabError =>
  reason === restricted() ? restrictedError(reason) : new LabError('not-writable', reason, nothing);

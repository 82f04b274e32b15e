/** A page that is played: what an editor tells it, and what it asks for. The document and VS Code are the real ones. */
import * as vscode from 'vscode';
import type { ComparisonPage } from '../../src/shared/comparison';
import type { Draft } from '../../src/shared/draft';
import type { RunEvent } from '../../src/shared/runEvents';
import type { FromWebview, RunHeading, ToWebview } from '../../src/shared/webviewProtocol';
import { until } from './lab';

export interface PlayedPanel {
  readonly panel: vscode.WebviewPanel;
  /** What the page shows now. */
  heading(): RunHeading | undefined;
  events(): readonly RunEvent[];
  draft(): Draft | undefined;
  /** Of a page of two plans. */
  comparison(): ComparisonPage | undefined;
  send(message: FromWebview): void;
  /** Waits for a draft of which something holds. */
  until(holds: (draft: Draft) => boolean, what: string): Promise<Draft>;
  close(): void;
}

/** @param reveal puts the real editor before the user, as VS Code would the panel */
export function playPanel(reveal: () => void): PlayedPanel {
  const asked = new vscode.EventEmitter<unknown>();
  const closed = new vscode.EventEmitter<void>();
  const told: ToWebview[] = [];
  const webview: Partial<vscode.Webview> = {
    options: {},
    html: '',
    cspSource: 'https://played.invalid',
    asWebviewUri: (uri) => uri,
    onDidReceiveMessage: asked.event,
    postMessage: (message: ToWebview) => {
      told.push(message);
      return Promise.resolve(true);
    },
  };
  const turned = new vscode.EventEmitter<unknown>();
  const panel = {
    ...{ webview, onDidDispose: closed.event, onDidChangeViewState: turned.event },
    ...{ active: false, visible: true, reveal, dispose: () => closed.fire() },
  };
  const last = <T extends ToWebview['type']>(type: T): Extract<ToWebview, { type: T }> | undefined =>
    told.findLast((message): message is Extract<ToWebview, { type: T }> => message.type === type);
  const draft = (): Draft | undefined => last('draft')?.draft;
  return {
    panel: panel as unknown as vscode.WebviewPanel,
    heading: () => last('open')?.heading,
    events: () => last('open')?.events ?? [],
    draft,
    comparison: () => last('comparison')?.page,
    send: (message) => asked.fire(message),
    until: (holds, what) =>
      until(() => {
        const now = draft();
        return now && holds(now) ? now : undefined;
      }, what),
    close: () => {
      closed.fire();
      asked.dispose();
      closed.dispose();
      turned.dispose();
    },
  };
}

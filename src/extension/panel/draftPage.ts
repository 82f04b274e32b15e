import type * as vscode from 'vscode';
import type { FromWebview, RunMessage, ToWebview } from '../../shared/webviewProtocol';

/** A run's page, as far as the plan that is edited on it is concerned. */
export interface DraftPage {
  readonly experiment: vscode.Uri;
  /** Absolute path of the run's folder. */
  readonly run: string | undefined;
  post(message: ToWebview): void;
}

/** What a page asks for that is about its plan, or about what it shows: everything but commands. */
export type PlanMessage = Exclude<FromWebview, { type: 'ready' }>;

/** What keeps the plans that are edited on pages. */
export interface DraftKeeper {
  /** The page was told of its run: its plan may be another one. */
  told(page: DraftPage, message: RunMessage): void;
  asked(page: DraftPage, message: PlanMessage): void;
  /** The tab was closed. */
  closed(page: DraftPage): void;
}

import type * as vscode from 'vscode';
import type { editors } from '../../shared/ids';
import type { Parts } from '../commands/parts';
import type { Comparisons } from '../compare/comparisons';
import type { Log } from '../log';
import type { DraftKeeper } from '../panel/draftPage';

/** What the maps of plans work with. */
export interface MapParts extends Pick<
  Parts,
  'dialogs' | 'experiments' | 'presenter' | 'runs' | 'panels' | 'hints' | 'jobs'
> {
  /** The extension's own folder. */
  readonly extension: vscode.Uri;
  /** Where what was edited is kept over a reload. */
  readonly memento: vscode.Memento;
  readonly log: Log;
}

/** Everything that edits plans on a page. Made once a window, in a bundle of its own. */
export interface Maps extends vscode.Disposable {
  readonly drafts: DraftKeeper;
  readonly comparisons: Comparisons;
  /** By what they edit. */
  readonly editors: Readonly<Record<keyof typeof editors, vscode.CustomTextEditorProvider>>;
}

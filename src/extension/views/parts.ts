import type * as vscode from 'vscode';
import type { Parts } from '../commands/parts';
import type { Log } from '../log';
import type { Shown } from '../pageActions';
import type { PageAction, Steering } from '../../shared/webviewProtocol';
import type { ViewCommandId } from '../../shared/ids';
import type { TreeNode } from './nodes';

/** What the side bar's views work with. */
export interface ViewParts extends Pick<Parts, 'jobs' | 'runs' | 'panels' | 'presenter' | 'dialogs'> {
  /** The extension's own folder. */
  readonly extension: vscode.Uri;
  readonly log: Log;
  /** Of the workspace. */
  readonly memory: vscode.Memento;
  readonly act: (action: PageAction, page: Shown) => void;
  /** Asks something of the search that a page shows. */
  readonly steer: (steering: Steering, page: Shown) => void;
}

/** The tree as VS Code has it from the start, before what fills it is loaded. */
export interface TreeShell {
  readonly view: vscode.TreeView<TreeNode>;
  /** Draws a row again, or all. */
  readonly changed: (node: TreeNode | undefined) => void;
}

/** Both views of the side bar. Made once a window, in a bundle of its own. */
export interface Views extends vscode.Disposable {
  readonly tree: Required<Pick<vscode.TreeDataProvider<TreeNode>, 'getChildren' | 'getTreeItem'>>;
  readonly live: vscode.WebviewViewProvider;
  /** Each given the row that it was called on, if it was. */
  readonly commands: Readonly<Record<ViewCommandId, (given: unknown) => Promise<unknown>>>;
}

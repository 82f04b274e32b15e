import * as vscode from 'vscode';
import { viewCommands, views as ids, type ViewCommandId } from '../shared/ids';
import type { TreeNode } from './views/nodes';
import type { TreeShell, Views } from './views/parts';

/** The side bar from the start, so that VS Code finds its views at once. What fills them is loaded when it is asked for. */
export class SideBar implements vscode.Disposable {
  readonly shell: TreeShell;
  private readonly owned: vscode.Disposable;

  constructor(load: () => Promise<Views>) {
    const changes = new vscode.EventEmitter<TreeNode | undefined>();
    const view = vscode.window.createTreeView<TreeNode>(ids.experiments, {
      showCollapseAll: true,
      canSelectMany: true,
      treeDataProvider: {
        onDidChangeTreeData: changes.event,
        getChildren: async (node) => (await load()).tree.getChildren(node),
        getTreeItem: async (node) => (await load()).tree.getTreeItem(node),
      },
    });
    this.shell = { view, changed: (node) => changes.fire(node) };
    this.owned = vscode.Disposable.from(
      changes,
      view,
      vscode.window.registerWebviewViewProvider(ids.live, {
        resolveWebviewView: async (webviewView, context, token) =>
          (await load()).live.resolveWebviewView(webviewView, context, token),
      }),
      ...(Object.keys(viewCommands) as ViewCommandId[]).map((id) =>
        vscode.commands.registerCommand(id, async (given: unknown) => (await load()).commands[id](given)),
      ),
    );
  }

  dispose(): void {
    this.owned.dispose();
  }
}

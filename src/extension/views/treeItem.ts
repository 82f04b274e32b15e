import * as vscode from 'vscode';
import type { CommandId, ViewCommandId } from '../../shared/ids';
import type { Target } from '../commands/target';
import type { ItemText } from './items';
import type { TreeNode } from './nodes';

/**
 * A row as VS Code draws it.
 * @param isOpen whether the user opened or closed it; undefined where neither
 */
export function treeItem(node: TreeNode, text: ItemText, isOpen?: boolean): vscode.TreeItem {
  const { None, Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const states = { none: None, closed: Collapsed, open: Expanded };
  const children =
    text.children === 'none' || isOpen === undefined ? text.children : isOpen ? 'open' : 'closed';
  const item = new vscode.TreeItem(text.label, states[children]);
  item.id = node.id;
  item.description = text.description;
  item.tooltip = new vscode.MarkdownString(text.tooltip);
  item.accessibilityInformation = { label: text.spoken };
  item.iconPath = new vscode.ThemeIcon(
    text.icon,
    text.color === undefined ? undefined : new vscode.ThemeColor(text.color),
  );
  item.contextValue = text.context;
  const command = commandOf(node);
  if (command) item.command = command;
  return item;
}

/** What a click does. */
function commandOf(node: TreeNode): vscode.Command | undefined {
  switch (node.kind) {
    case 'folder':
      return undefined;
    case 'experiment':
      return opening(node.path);
    case 'run':
      return ours('adapterLab.showAllocationMap', 'Show Allocation Map', targetOf(node));
    case 'part':
      break;
  }
  switch (node.part.kind) {
    case 'scores':
    case 'task':
    case 'trials':
    case 'trial':
      return ours('adapterLab.showAllocationMap', 'Show Allocation Map', targetOf(node));
    case 'verdict': {
      const target: Target = { ...targetOf(node), tab: 'verdict' };
      return ours('adapterLab.showAllocationMap', 'Show Verdict', target);
    }
    case 'plan':
      return opening(node.path);
    case 'report':
      return ours('adapterLab.openReport', 'Open Report', node);
    case 'adapter':
    case 'folder':
      return ours('adapterLab.reveal', 'Reveal', node);
    case 'adapters':
      return undefined;
  }
}

/** Not the row itself: the page of a run is asked for by where it lies. */
const targetOf = ({ experiment, run }: Target): Target => ({ experiment, run });

const ours = (command: CommandId | ViewCommandId, title: string, given: unknown): vscode.Command => ({
  command,
  title,
  arguments: [given],
});

const opening = (path: string): vscode.Command => ({
  command: 'vscode.open',
  title: 'Open',
  arguments: [vscode.Uri.file(path)],
});

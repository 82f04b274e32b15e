import type { Target } from '../commands/target';
import type { Part } from './runParts';

/**
 * The rows of the tree. VS Code tells rows apart by identity, so there is one object a row as long as it is there; what is
 * to say of it is looked up when it is drawn. Rows are what commands of their menus are given.
 */
export type TreeNode = FolderNode | ExperimentNode | RunNode | PartNode;

interface Row {
  /** Expansion and selection are kept by it. */
  readonly id: string;
  /** Absolute path of the file or folder that the row is about. */
  readonly path: string;
}

/** A folder of the workspace, where several have experiments. */
export interface FolderNode extends Row {
  readonly kind: 'folder';
  readonly name: string;
  readonly parent: undefined;
}

export interface ExperimentNode extends Row, Target {
  readonly kind: 'experiment';
  readonly parent: FolderNode | undefined;
  /** Where it lies, relative to its folder of the workspace; empty at its top. */
  readonly where: string;
  /** How many runs it has. */
  runs: number;
  /** Whether it is the only one. */
  isAlone: boolean;
}

export interface RunNode extends Row, Target {
  readonly kind: 'run';
  readonly parent: ExperimentNode;
  readonly run: string;
}

export interface PartNode extends Row, Target {
  readonly kind: 'part';
  readonly parent: RunNode | PartNode;
  readonly run: string;
  part: Part;
}

/** The row that a command of the tree was given; undefined for anything else. */
export function nodeGiven(given: unknown): TreeNode | undefined {
  const { kind, id, path } = (given ?? {}) as Partial<Record<'kind' | 'id' | 'path', unknown>>;
  const isRow = typeof id === 'string' && typeof path === 'string';
  return isRow && ['folder', 'experiment', 'run', 'part'].includes(String(kind))
    ? (given as TreeNode)
    : undefined;
}

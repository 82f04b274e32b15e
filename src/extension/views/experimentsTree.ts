import { basename, dirname, relative, sep } from 'node:path';
import { Emitter } from '../emitter';
import { experimentItem, folderItem, partItem, runItem, type ItemText } from './items';
import type { ExperimentNode, FolderNode, PartNode, RunNode, TreeNode } from './nodes';
import { membersOf, partsOf, type Part } from './runParts';
import type { RunsChange, WorkspaceRuns } from './workspaceRuns';

/** A folder of the workspace. */
export interface Root {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

/** A run that goes on tells of itself several times a second; a row is drawn no more often than this. */
const drawMs = 1000;

/**
 * The rows under *Experiments*: experiment, its runs, what each holds. What lies below a row is read when it is opened. Only a
 * row that shows something else than before is drawn again.
 */
export class ExperimentsTree {
  private readonly changes = new Emitter<TreeNode | undefined>();
  /** Undefined: all of it. */
  readonly onChange = this.changes.event;

  /** One object a row. */
  private readonly nodes = new Map<string, TreeNode>();
  /** What each run's row showed when it was last drawn. */
  private readonly drawn = new Map<string, string>();
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private readonly subscription: { dispose(): void };

  constructor(
    private readonly runs: WorkspaceRuns,
    private readonly roots: () => readonly Root[],
  ) {
    this.subscription = runs.onChange((change) => this.take(change));
  }

  async children(node?: TreeNode): Promise<readonly TreeNode[]> {
    switch (node?.kind) {
      case undefined:
        return this.top();
      case 'folder':
        return this.experimentsIn(node);
      case 'experiment':
        return this.runsOf(node);
      case 'run':
        return this.partsOf(node);
      case 'part':
        return this.membersOf(node);
    }
  }

  /** @param now in milliseconds */
  item(node: TreeNode, now = Date.now()): ItemText {
    switch (node.kind) {
      case 'folder':
        return folderItem(node);
      case 'experiment':
        return experimentItem(
          node,
          this.runs.going().some(({ experiment }) => experiment === node.path),
        );
      case 'part':
        return partItem(node);
      case 'run': {
        const facts = this.runs.get(node.run);
        // Gone between being listed and being drawn.
        if (!facts) return goneItem(basename(node.run));
        const text = runItem(facts, now);
        this.drawn.set(node.id, JSON.stringify(text));
        return text;
      }
    }
  }

  /** Time has passed: rows whose words for it have changed are drawn again. */
  tick(now = Date.now()): void {
    for (const node of this.nodes.values()) {
      if (node.kind === 'run' && this.drawn.has(node.id) && this.isOutdated(node, now))
        this.changes.fire(node);
    }
  }

  dispose(): void {
    this.subscription.dispose();
    for (const timer of this.waiting.values()) clearTimeout(timer);
  }

  private async top(): Promise<readonly TreeNode[]> {
    const rows = await this.experimentRows();
    const folders = [...new Set(rows.flatMap(({ parent }) => parent ?? []))];
    return folders.length > 0 ? folders : rows;
  }

  private async experimentsIn(folder: FolderNode): Promise<readonly ExperimentNode[]> {
    return (await this.experimentRows()).filter(({ parent }) => parent === folder);
  }

  private async experimentRows(): Promise<readonly ExperimentNode[]> {
    const paths = await this.runs.experiments();
    const homes = paths.map((path) => this.rootOf(path));
    const several = new Set(homes.map((root) => root?.path)).size > 1;
    return Promise.all(
      paths.map(async (path, index) => {
        const root = homes[index];
        const folder = several && root ? this.folderNode(root) : undefined;
        const where = root ? relative(root.path, dirname(path)).split(sep).join('/') : dirname(path);
        const row = this.node<ExperimentNode>({
          ...{ id: `experiment:${path}`, kind: 'experiment', path, experiment: path },
          ...{ parent: folder, where, runs: 0, isAlone: false },
        });
        row.runs = (await this.runs.folders(path)).length;
        row.isAlone = paths.length === 1;
        return row;
      }),
    );
  }

  private async runsOf(parent: ExperimentNode): Promise<readonly RunNode[]> {
    const runs = await this.runs.runs(parent.path);
    this.forgetBut(parent, new Set(runs.map(({ folder }) => runId(folder))));
    return runs.map(({ folder, experiment }) =>
      this.node<RunNode>({ id: runId(folder), kind: 'run', path: folder, parent, experiment, run: folder }),
    );
  }

  private async partsOf(node: RunNode): Promise<readonly PartNode[]> {
    const facts = this.runs.get(node.run);
    if (!facts) return [];
    return this.partNodes(node, await partsOf(facts, this.runs.stateOf(node.run)));
  }

  private async membersOf(node: PartNode): Promise<readonly PartNode[]> {
    const facts = this.runs.get(node.run);
    if (!facts) return [];
    return this.partNodes(node, await membersOf(node.part, facts, this.runs.stateOf(node.run)));
  }

  private partNodes(parent: RunNode | PartNode, parts: readonly Part[]): readonly PartNode[] {
    const { experiment, run } = parent;
    return parts.map((part) => {
      const id = `${parent.id}/${part.key}`;
      const row = this.node<PartNode>({ id, kind: 'part', path: part.path, parent, experiment, run, part });
      row.part = part;
      return row;
    });
  }

  private folderNode({ name, path }: Root): FolderNode {
    return this.node<FolderNode>({ id: `folder:${path}`, kind: 'folder', path, name, parent: undefined });
  }

  /** The row of this id, which is made the first time. */
  private node<T extends TreeNode>(made: T): T {
    const known = this.nodes.get(made.id);
    if (known?.kind === made.kind && known.parent === made.parent) return known as T;
    this.nodes.set(made.id, made);
    return made;
  }

  /** Forgets the rows of runs that are gone, and what they held. */
  private forgetBut(experiment: ExperimentNode, there: ReadonlySet<string>): void {
    for (const [id, node] of this.nodes) {
      const isOf = (node.kind === 'run' || node.kind === 'part') && node.experiment === experiment.path;
      if (!isOf || there.has(runId(node.run))) continue;
      this.nodes.delete(id);
      this.drawn.delete(id);
    }
  }

  private rootOf(path: string): Root | undefined {
    return this.roots()
      .filter((root) => path.startsWith(root.path + sep))
      .sort((a, b) => b.path.length - a.path.length)[0];
  }

  private take(change: RunsChange): void {
    if (change.what === 'experiments') this.changes.fire(undefined);
    else if (change.what === 'runs') void this.recount(change.experiment);
    else this.drawSoon(change.folder, change.files === true);
  }

  /** The first run makes a row one that opens, and the last one that goes makes it one that does not. */
  private async recount(experiment: string): Promise<void> {
    const { length } = await this.runs.folders(experiment);
    const row = this.nodes.get(`experiment:${experiment}`);
    if (row?.kind !== 'experiment') return;
    row.runs = length;
    this.changes.fire(row);
  }

  private drawSoon(run: string, evenIfSame: boolean): void {
    const id = runId(run);
    if (evenIfSame) this.drawn.delete(id);
    if (this.waiting.has(id)) return;
    const draw = (): void => {
      this.waiting.delete(id);
      const node = this.nodes.get(id);
      if (node?.kind === 'run' && this.isOutdated(node, Date.now())) this.changes.fire(node);
    };
    this.waiting.set(id, setTimeout(draw, drawMs));
  }

  private isOutdated(node: RunNode, now: number): boolean {
    const facts = this.runs.get(node.run);
    const drawn = this.drawn.get(node.id);
    return facts !== undefined && JSON.stringify(runItem(facts, now)) !== drawn;
  }
}

const runId = (folder: string): string => `run:${folder}`;

const goneItem = (label: string): ItemText => ({
  ...{ label, description: '', tooltip: '', spoken: label, icon: 'question', context: '', children: 'none' },
});

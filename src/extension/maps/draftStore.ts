import { existsSync } from 'node:fs';
import type * as vscode from 'vscode';
import type { DraftState } from '../../planning/draft/frame';
import type { History } from '../../planning/draft/history';
import { keep, restored, type Kept } from './keep';

const key = 'adapterLab.drafts';
/** Drafts that are kept, and characters of each: VS Code holds all of a workspace's state in memory. */
const mostDrafts = 20;
const mostCharacters = 200_000;

/** By the run's folder, the one that was edited last at the end. */
type Stored = Readonly<Record<string, Kept>>;

/** Plans that were edited and not applied, kept with the workspace over a reload. */
export class DraftStore {
  constructor(private readonly memento: Pick<vscode.Memento, 'get' | 'update'>) {}

  /** @param order of the rows: the model's paths */
  read(run: string, order: readonly string[]): History<DraftState> | undefined {
    return restored(this.stored[run], order);
  }

  /** What was edited of a run; undefined forgets it. Those of runs that are gone go with it. */
  async write(run: string, edits: History<DraftState> | undefined): Promise<void> {
    const { [run]: before, ...others } = this.stored;
    if (edits === undefined && before === undefined) return;
    const there = Object.entries(others).filter(([folder]) => existsSync(folder));
    const mine: [string, Kept][] = edits ? [[run, keep(edits, mostCharacters)]] : [];
    await this.memento.update(key, Object.fromEntries([...there, ...mine].slice(-mostDrafts)));
  }

  private get stored(): Stored {
    return this.memento.get<Stored>(key) ?? {};
  }
}

/** The part of VS Code's memory of a workspace that is used. */
export interface Memory {
  get(key: string): unknown;
  update(key: string, value: unknown): unknown;
}

const key = 'adapterLab.openRows';
/** Of rows that were touched longest ago nobody knows any more how they were. */
const most = 200;

/** Which rows of the tree the user opened or closed: VS Code forgets that of an extension's tree when its window is reloaded. */
export class OpenRows {
  /** By the row's id, what was touched last at the end. */
  private readonly rows: Map<string, boolean>;

  constructor(private readonly memory: Memory) {
    const saved = memory.get(key);
    const entries = Array.isArray(saved) ? saved.filter(isEntry) : [];
    this.rows = new Map(entries);
  }

  /** Undefined where the user did neither. */
  isOpen(id: string): boolean | undefined {
    return this.rows.get(id);
  }

  set(id: string, open: boolean): void {
    this.rows.delete(id);
    this.rows.set(id, open);
    void this.memory.update(key, [...this.rows].slice(-most));
  }
}

const isEntry = (value: unknown): value is [string, boolean] =>
  Array.isArray(value) && typeof value[0] === 'string' && typeof value[1] === 'boolean';

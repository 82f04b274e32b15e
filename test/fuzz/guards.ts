import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';
import { getHeapStatistics } from 'node:v8';

/** What no input may change: a key more on one of these is a key on every object of the program. */
const shared: readonly object[] = [
  ...[Object, Array, Function, String, Number, Boolean, RegExp, Map, Set, Promise, Error, Uint8Array],
  ...[Object, Array, Function, String, Number, Boolean, RegExp, Map, Set, Promise, Error, Uint8Array].map(
    (one) => one.prototype as object,
  ),
];
const keysOf = (one: object): string => Reflect.ownKeys(one).map(String).join();

/** Tells which shared object has changed since it was made. */
export class PrototypeGuard {
  private readonly keys = shared.map(keysOf);
  private readonly counts = shared.map((one) => Reflect.ownKeys(one).length);

  /** The first change, in words; what was added is taken off again, so that the next input begins clean. */
  changed(): string | undefined {
    const at = shared.findIndex((one, index) => Reflect.ownKeys(one).length !== this.counts[index]);
    const one = shared[at];
    if (one === undefined) return undefined;
    const before = new Set(this.keys[at]?.split(','));
    const added = Reflect.ownKeys(one).filter((key) => !before.has(String(key)));
    for (const key of added) Reflect.deleteProperty(one, key);
    return `a shared object has the keys ${added.map(String).join(', ')} now`;
  }
}

/** Bytes that are alive or were made since the last collection, on V8's heap and beside it. */
export const memoryNow = (): number => {
  const { used_heap_size: heap, external_memory: beside } = getHeapStatistics();
  return heap + beside;
};

const opening = [
  'open',
  'readFile',
  'readdir',
  'stat',
  'lstat',
  'access',
  'opendir',
  'writeFile',
  'mkdir',
  'rm',
  'rename',
];

/**
 * Sees every path that is opened through node's promises and streams, and every byte that is asked of a file, from now on.
 * @param folder the only one in which anything may be opened
 */
export class FileGuard {
  private readonly root: string;
  private outside: string | undefined;
  /** Bytes that were asked for since `begin`. */
  asked = 0;

  constructor(folder: string) {
    this.root = fs.realpathSync(folder);
    const promises = fs.promises as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const name of opening) {
      const plain = promises[name]!;
      promises[name] = (...args) => {
        this.see(args[0]);
        const result = plain.apply(promises, args);
        return name === 'open' ? this.counting(result as Promise<fs.promises.FileHandle>) : result;
      };
    }
    const stream = fs.createReadStream;
    fs.createReadStream = ((...args: Parameters<typeof stream>) => {
      this.see(args[0]);
      return stream(...args);
    }) as typeof stream;
    syncBuiltinESMExports();
  }

  begin(): void {
    this.outside = undefined;
    this.asked = 0;
  }

  /** The first path outside of the folder that something was opened at. */
  escaped(): string | undefined {
    return this.outside;
  }

  private see(given: unknown): void {
    if (typeof given !== 'string') return;
    let real = path.resolve(given);
    try {
      real = fs.realpathSync(real);
    } catch {
      // What is not there lies where it was looked for.
      real = real.replace(path.resolve(this.root), this.root);
    }
    // The loader of TypeScript looks into its own cache when a module is first asked for.
    if (/[\\/]tsx(?:-\d+)?(?:[\\/]|$)/.test(real)) return;
    if (real !== this.root && !real.startsWith(this.root + path.sep)) this.outside ??= given;
  }

  private async counting(opened: Promise<fs.promises.FileHandle>): Promise<fs.promises.FileHandle> {
    const handle = await opened;
    const read = handle.read.bind(handle) as (...args: unknown[]) => unknown;
    handle.read = ((...args: unknown[]) => {
      if (typeof args[2] === 'number') this.asked += args[2];
      return read(...args);
    }) as typeof handle.read;
    return handle;
  }
}

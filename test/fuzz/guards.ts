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
const descriptors = (one: object): Map<string | symbol, PropertyDescriptor | undefined> =>
  new Map(Reflect.ownKeys(one).map((key) => [key, Object.getOwnPropertyDescriptor(one, key)]));

/** Tells which shared object has changed since it was made: what it has more, lacks, or has something else for. */
export class PrototypeGuard {
  private readonly before = shared.map(descriptors);

  /** The first change, in words; it is taken back, so that the next input begins clean. */
  changed(): string | undefined {
    for (const [at, one] of shared.entries()) {
      const before = this.before[at] as ReturnType<typeof descriptors>;
      const keys = new Set([...before.keys(), ...Reflect.ownKeys(one)]);
      const changed = [...keys].filter(
        (key) => !isSame(before.get(key), Object.getOwnPropertyDescriptor(one, key)),
      );
      if (changed.length === 0) continue;
      for (const key of changed) {
        const was = before.get(key);
        if (was === undefined) Reflect.deleteProperty(one, key);
        else Object.defineProperty(one, key, was);
      }
      return `a shared object has other keys now, or something else for them: ${changed.map(String).join(', ')}`;
    }
    return undefined;
  }
}

const isSame = (one: PropertyDescriptor | undefined, other: PropertyDescriptor | undefined): boolean =>
  one === undefined || other === undefined
    ? one === other
    : Object.is(one.value, other.value) && one.get === other.get && one.set === other.set;

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
  'realpath',
  'copyFile',
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
    const plain = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
    for (const name of ['createReadStream', 'createWriteStream']) {
      const stream = plain[name]!;
      plain[name] = (...args) => {
        this.see(args[0]);
        return stream(...args);
      };
    }
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

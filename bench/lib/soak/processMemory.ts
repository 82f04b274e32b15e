/** What a process holds, in bytes. */
export interface Bytes {
  readonly rss: number;
  /** Of V8, behind a collection. */
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
}

/** What this process holds once it has collected its garbage, so that what is left is held by something. Needs `--expose-gc`. */
export function allBytes(): Bytes {
  if (globalThis.gc === undefined) throw new Error('Start node with --expose-gc.');
  globalThis.gc();
  const { rss, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return { rss, heapUsed, external, arrayBuffers };
}

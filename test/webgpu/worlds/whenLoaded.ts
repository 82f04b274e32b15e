/**
 * Calls back when Dawn puts a class of its own into the global object: tests that are preloaded change it there, as another
 * machine would.
 */
export function whenLoaded<T>(name: string, change: (loaded: { prototype: T }) => void): void {
  let value: unknown;
  Object.defineProperty(globalThis, name, {
    configurable: true,
    get: () => value,
    set: (loaded: { prototype: T }) => {
      change(loaded);
      value = loaded;
    },
  });
}

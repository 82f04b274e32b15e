/** `batch_size` -> `batchSize`, as a type. */
type Camel<S extends string> = S extends `${infer Head}_${infer Tail}`
  ? `${Head}${Capitalize<Camel<Tail>>}`
  : S;

/** An object type with its keys in camel case, lists and inner objects included. */
export type CamelKeys<T> = T extends readonly (infer Item)[]
  ? CamelKeys<Item>[]
  : T extends object
    ? { [K in keyof T as K extends string ? Camel<K> : K]: CamelKeys<T[K]> }
    : T;

/** The same value with its keys in camel case. For plain JSON values; keys that are data must not be in it. */
export function camelKeys<T>(value: T): CamelKeys<T> {
  const convert = (given: unknown): unknown => {
    if (Array.isArray(given)) return given.map(convert);
    if (typeof given !== 'object' || given === null) return given;
    const entries = Object.entries(given).map(([key, inner]) => [
      key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      convert(inner),
    ]);
    return Object.fromEntries(entries) as unknown;
  };
  return convert(value) as CamelKeys<T>;
}

/** A value that is there at once, or comes: WebGPU gives numbers back only in a later turn of the event loop. */
export type Later<T> = T | Promise<T>;

/** f of the value, as early as the value is there. */
export const whenThere = <T, U>(value: Later<T>, f: (value: T) => U): Later<U> =>
  value instanceof Promise ? value.then(f) : f(value);

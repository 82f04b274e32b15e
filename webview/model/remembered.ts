/** The same function, which makes its result anew only where an argument is another than the last time: results of large runs take time. */
export function remembered<A extends readonly unknown[], R>(make: (...inputs: A) => R): (...inputs: A) => R {
  let last: { readonly inputs: A; readonly result: R } | undefined;
  return (...inputs) => {
    if (last === undefined || !isSame(last.inputs, inputs)) last = { inputs, result: make(...inputs) };
    return last.result;
  };
}

/** Whether two lists hold the very same things. A run's state is never changed in place, so that the same object says the same. */
export const isSame = (some: readonly unknown[], others: readonly unknown[]): boolean =>
  some.length === others.length && some.every((one, index) => Object.is(one, others[index]));

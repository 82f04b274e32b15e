/** One change, with what was there before or comes after it. */
export interface Step<T> {
  /** In words: "rank of layer 3 q". */
  readonly label: string;
  readonly state: T;
}

/** A state with the changes that led to it, and those that were taken back. Never changed in place. */
export interface History<T> {
  readonly state: T;
  /** The newest last; each has the state before its change. */
  readonly past: readonly Step<T>[];
  /** The next to come again last; each has the state after its change. */
  readonly future: readonly Step<T>[];
}

/** Changes that can be taken back; older ones are forgotten. */
const most = 100;

export const begin = <T>(state: T): History<T> => ({ state, past: [], future: [] });

/** After a change. What was taken back before cannot come again. */
export const doneTo = <T>({ state, past }: History<T>, label: string, next: T): History<T> => ({
  state: next,
  past: [...past, { label, state }].slice(-most),
  future: [],
});

/** After the last change was taken back; the same where there is none. */
export function undone<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (!last) return history;
  const { state, past, future } = history;
  return { state: last.state, past: past.slice(0, -1), future: [...future, { label: last.label, state }] };
}

/** After a change that was taken back came again; the same where there is none. */
export function redone<T>(history: History<T>): History<T> {
  const next = history.future.at(-1);
  if (!next) return history;
  const { state, past, future } = history;
  return { state: next.state, past: [...past, { label: next.label, state }], future: future.slice(0, -1) };
}

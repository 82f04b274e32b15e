import { keyFor, keyTest } from './patterns';

/** The first key that holds for a path, as `keyFor`. */
export type KeyMatcher = (path: string) => string | undefined;

/**
 * `keyFor` for many paths. Full names, which trainers and exporters write for every module, are found in a table instead of
 * being tried one by one; what holds for a path is the same, and so is when a key that is no regular expression throws.
 */
export function keyMatcher(keys: readonly string[]): KeyMatcher {
  const shapes = new Map<string, Shape>();
  const others: { readonly at: number; readonly key: string; test?: (path: string) => boolean }[] = [];
  for (const [at, key] of keys.entries()) {
    const name = nameOf(key);
    if (name === undefined) {
      others.push({ at, key });
      continue;
    }
    const id = `${name.isAnchored} ${name.masked.length} ${name.wildcards.join()}`;
    const shape = shapes.get(id) ?? { ...name, first: new Map<string, number>() };
    shapes.set(id, shape);
    if (!shape.first.has(name.masked)) shape.first.set(name.masked, at);
  }
  const all = [...shapes.values()];
  return (path) => {
    // A dot stands for any character but these.
    if (/[\n\r\u2028\u2029]/.test(path)) return keyFor(keys, path);
    let best = firstOf(all, path);
    for (const other of others) {
      if (best !== undefined && other.at > best) break;
      other.test ??= keyTest(other.key);
      if (!other.test(path)) continue;
      best = other.at;
      break;
    }
    return best === undefined ? undefined : keys[best];
  };
}

/** Keys of one length, with dots that hold for any character at the same places. */
interface Shape extends Name {
  /** The first key's place, by its text with those places blotted out. */
  readonly first: Map<string, number>;
}

interface Name {
  /** `^`: holds for whole paths alone. */
  readonly isAnchored: boolean;
  /** The characters that it holds for; `blot` where any would do. */
  readonly masked: string;
  readonly wildcards: readonly number[];
}

const blot = '\0';

/** A key that is nothing but letters, dots and an anchor; undefined for any other. */
function nameOf(key: string): Name | undefined {
  const parts = /^(\^?)((?:[\w-]|\\?\.)*)\$?$/.exec(key);
  if (!parts) return undefined;
  const [, anchor, text = ''] = parts;
  const wildcards: number[] = [];
  let masked = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '.') {
      wildcards.push(masked.length);
      masked += blot;
      continue;
    }
    masked += text[at];
  }
  return { isAnchored: anchor === '^', masked, wildcards };
}

function firstOf(shapes: readonly Shape[], path: string): number | undefined {
  let best: number | undefined;
  for (const { isAnchored, masked, wildcards, first } of shapes) {
    const from = path.length - masked.length;
    if (from < 0 || (from > 0 && (isAnchored || path[from - 1] !== '.'))) continue;
    const at = first.get(blotted(path, from, wildcards));
    if (at !== undefined && (best === undefined || at < best)) best = at;
  }
  return best;
}

function blotted(path: string, from: number, wildcards: readonly number[]): string {
  if (wildcards.length === 0) return path.slice(from);
  let text = '';
  let start = from;
  for (const at of wildcards) {
    text += path.slice(start, from + at) + blot;
    start = from + at + 1;
  }
  return text + path.slice(start);
}

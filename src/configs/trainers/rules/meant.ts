import { exactKey } from '../../../peft/exactPatterns';
import { keyTest } from '../../../peft/patterns';
import { isNear, nearestOf } from '../../text/nearest';
import { escaped, isName, plain } from './patterns';

/** The key that was most likely meant by one that matches nothing; undefined where nothing comes near. */
export function keyMeant(pattern: string, paths: readonly string[]): string | undefined {
  if (!isName(pattern)) return undefined;
  const name = ownName(plain(pattern));
  // Paths of PEFT's wrapped model or of a tensor, and anchors before what is no whole path.
  const bare = paths.includes(name) ? exactKey(name) : name;
  if (name !== '' && paths.some(keyTest(bare))) return bare;
  const run = runMeant(name, paths);
  if (run === undefined) return endMeant(name, paths);
  if (!run.isInside) return paths.includes(run.name) ? exactKey(run.name) : run.name;
  // A layer's or block's name stands for none of its modules: what follows has to be said.
  const anchor = paths.some((path) => path.startsWith(`${run.name}.`)) ? '^' : '';
  return `${anchor}${escaped(run.name)}\\..*`;
}

/** The name in a list of targets that was most likely meant: lists match by the ends of paths. */
export function nameMeant(written: string, paths: readonly string[]): string | undefined {
  const name = ownName(plain(written));
  if (name !== written && name !== '' && endsWith(name, paths)) return name;
  const run = runMeant(name, paths);
  return run && !run.isInside ? run.name : endMeant(name, paths);
}

/** What is left of a name when its first parts are, which the model calls otherwise; no part with a layer's number goes. */
function endMeant(name: string, paths: readonly string[]): string | undefined {
  const parts = name.split('.');
  for (let from = 1; from < parts.length && !isNumber(parts[from - 1]); from++) {
    const end = parts.slice(from).join('.');
    if (endsWith(end, paths)) return end;
  }
  return undefined;
}

const endsWith = (name: string, paths: readonly string[]): boolean =>
  paths.some((path) => path === name || path.endsWith(`.${name}`));

/** What PEFT puts before the base model's paths, and tensors' names behind them, left out. */
const ownName = (name: string): string =>
  name.replace(/^base_model\.model\./, '').replace(/(\.lora_[AB])?(\.default)?\.(weight|bias)$/, '');

interface Run {
  readonly name: string;
  /** Whether something follows it in every path. */
  readonly isInside: boolean;
}

/** The part of a path, of as many segments, that a word comes nearest to. Layers' numbers must be the same. */
function runMeant(name: string, paths: readonly string[]): Run | undefined {
  const segments = name.split('.');
  const ends = new Set<string>();
  const insides = new Set<string>();
  for (const path of paths) {
    const parts = path.split('.');
    for (let from = 0; from + segments.length <= parts.length; from++) {
      const run = parts.slice(from, from + segments.length);
      if (
        !run.every(
          (part, at) =>
            isNumber(part) === isNumber(segments[at]) && (!isNumber(part) || part === segments[at]),
        )
      )
        continue;
      (from + segments.length === parts.length ? ends : insides).add(run.join('.'));
    }
  }
  const found = nearestOf(name, [...ends, ...insides]);
  if (found === undefined || !isNear(name, found)) return undefined;
  return { name: found, isInside: !ends.has(found) };
}

const isNumber = (part: string | undefined): boolean => part !== undefined && /^\d+$/.test(part);

import type { MatrixKind } from '../files/baseModel';
import { LabError } from '../shared/errors';
import { layerOf } from '../shared/layerOf';
import { pythonRegex, pythonTest } from './pythonRegex';

/**
 * How PEFT matches names in `adapter_config.json`, rule by rule, traps included (PEFT 0.21: `get_pattern_key` in
 * utils/other.py, `check_target_module_exists` in tuners/tuners_utils.py, `LoraConfig.__post_init__`). Paths are those of
 * the base model, without `base_model.model.`.
 */
export interface Targets {
  /** A list of names, one regular expression, or `all-linear`. */
  readonly target_modules: readonly string[] | string | null;
  readonly exclude_modules?: readonly string[] | string | null | undefined;
  readonly layers_to_transform?: readonly number[] | number | null | undefined;
  readonly layers_pattern?: readonly string[] | string | null | undefined;
  /** Never adapted themselves. */
  readonly modules_to_save?: readonly string[] | null | undefined;
}

/**
 * The key of `rank_pattern` or `alpha_pattern` that holds for a module: the first, in the order of the file, for which
 * `(.*\.)?(key)$` matches from the path's beginning. Keys are regular expressions, so an unescaped dot is any character.
 * `keyMatcher` says the same of many modules.
 *
 * @throws LabError `adapter-invalid` where a key is no regular expression
 */
export function keyFor(keys: Iterable<string>, path: string): string | undefined {
  for (const key of keys) {
    if (keyTest(key)(path)) return key;
  }
  return undefined;
}

/**
 * Whether one key of a pattern matches a path, for those who ask of many paths.
 *
 * @throws LabError `adapter-invalid` where it is no regular expression
 */
export const keyTest = (key: string): PathTest => pythonTest(key, `(.*\\.)?(${key})$`);

/** What `rank_pattern` or `alpha_pattern` says of a module, or undefined. */
export function valueFor(pattern: Readonly<Record<string, number>>, path: string): number | undefined {
  const key = keyFor(Object.keys(pattern), path);
  return key === undefined ? undefined : pattern[key];
}

type PathTest = (path: string) => boolean;

/** `isTargeted` with one configuration. */
export type TargetMatcher = (path: string, kind?: MatrixKind) => boolean;

/**
 * Whether a module gets an adapter.
 *
 * @param kind of the module: `all-linear` leaves embeddings and the output head alone (`_maybe_include_all_linear_layers`)
 * @throws LabError `adapter-invalid` where a name that is matched as a regular expression is none
 */
export const isTargeted = (path: string, targets: Targets, kind: MatrixKind = 'linear'): boolean =>
  targetMatcher(targets)(path, kind);

const matchers = new WeakMap<Targets, TargetMatcher>();

/** `isTargeted` for many modules. */
export function targetMatcher(targets: Targets): TargetMatcher {
  const known = matchers.get(targets);
  if (known) return known;
  const isExcluded = exclusion(targets);
  const { target_modules: target } = targets;
  const isNamed = typeof target === 'string' ? wholeMatcher(target) : nameMatcher(target ?? []);
  const full = new Set(typeof target === 'string' ? [] : target);
  const isInLayers = layerMatcher(targets);
  const matcher: TargetMatcher = (path, kind = 'linear') => {
    if (isExcluded(path) || target === null) return false;
    if (typeof target === 'string') {
      // Trainers that spell all linear modules out by name filter them by layer; PEFT refuses to.
      return target.toLowerCase() === 'all-linear' ? kind === 'linear' && isInLayers(path) : isNamed(path);
    }
    // A full path is taken as it is: layers_to_transform filters only what matched by its end.
    return full.has(path) || (isNamed(path) && isInLayers(path));
  };
  matchers.set(targets, matcher);
  return matcher;
}

/**
 * What PEFT refuses to load.
 * @param file for the message
 * @throws LabError adapter-invalid
 */
export function requireConsistent(targets: Targets, file: string): void {
  const { target_modules: target, layers_pattern: pattern, layers_to_transform: layers } = targets;
  const hasPattern = pattern !== undefined && pattern !== null && pattern.length > 0;
  const why =
    typeof target === 'string' && layers !== undefined && layers !== null
      ? 'layers_to_transform cannot go with target_modules as one regular expression'
      : hasPattern && (layers === undefined || layers === null)
        ? 'layers_pattern stands there without layers_to_transform'
        : undefined;
  if (why === undefined) return;
  throw new LabError('adapter-invalid', `${file}: ${why}.`, 'Correct the configuration as PEFT would ask.');
}

function exclusion({ exclude_modules: excluded, modules_to_save: saved }: Targets): PathTest {
  const isExcluded: PathTest =
    typeof excluded === 'string'
      ? excluded === ''
        ? () => false
        : wholeMatcher(excluded)
      : nameMatcher(excluded ?? []);
  const keptWhole = (saved ?? []).map((name) => lazily(() => pythonTest(name, `(^|.*\\.)${name}($|\\..*)`)));
  return (path) => isExcluded(path) || keptWhole.some((test) => test()(path));
}

function layerMatcher({ layers_to_transform: layers, layers_pattern: pattern }: Targets): PathTest {
  if (layers === undefined || layers === null) return () => true;
  if (typeof layers !== 'number' && layers.length === 0) return () => true;
  const wanted = new Set(typeof layers === 'number' ? [layers] : layers);
  const layerIn = layerReader(typeof pattern === 'string' ? [pattern] : (pattern ?? []));
  return (path) => {
    const layer = layerIn(path);
    return layer !== undefined && wanted.has(layer);
  };
}

/** The layer that PEFT reads off a path: the first number after a segment of `patterns`, or `layerOf` where there are none. */
function layerReader(patterns: readonly string[]): (path: string) => number | undefined {
  const named = patterns.filter((pattern) => pattern !== '');
  if (named.length === 0) return layerOf;
  const expressions = named.map((pattern) =>
    lazily(() => pythonRegex(pattern, `(?:^|.*?\\.)${pattern}\\.(?<layer>\\d+)\\.`)),
  );
  return (path) => {
    for (const expression of expressions) {
      const layer = expression().exec(path)?.groups?.['layer'];
      if (layer !== undefined) return Number(layer);
    }
    return undefined;
  };
}

/** Whether a path is one of the names, or ends in a dot and one of them. */
function nameMatcher(names: readonly string[]): PathTest {
  const all = new Set(names);
  return (path) => {
    if (all.has(path)) return true;
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1)) {
      if (all.has(path.slice(dot + 1))) return true;
    }
    return false;
  };
}

function wholeMatcher(pattern: string): PathTest {
  const test = lazily(() => pythonTest(pattern, `(?:${pattern})$`));
  return (path) => test()(path);
}

/** Compiled once, and not before it is asked for: what is never tried is never refused. */
function lazily<T>(compile: () => T): () => T {
  let compiled: T | undefined;
  return () => (compiled ??= compile());
}

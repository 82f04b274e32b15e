import { LabError } from '../../shared/errors';

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
 *
 * @throws LabError `adapter-invalid` where a key is no regular expression
 */
export function keyFor(keys: Iterable<string>, path: string): string | undefined {
  for (const key of keys) {
    if (regex(key, `(.*\\.)?(${key})$`).test(path)) return key;
  }
  return undefined;
}

/** What `rank_pattern` or `alpha_pattern` says of a module, or undefined. */
export function valueFor(pattern: Readonly<Record<string, number>>, path: string): number | undefined {
  const key = keyFor(Object.keys(pattern), path);
  return key === undefined ? undefined : pattern[key];
}

/** Whether a module gets an adapter. */
export function isTargeted(path: string, targets: Targets): boolean {
  if (isExcluded(path, targets)) return false;
  const { target_modules: target } = targets;
  if (target === null) return false;
  if (typeof target === 'string') return target.toLowerCase() === 'all-linear' || matchesWhole(target, path);
  // A full path is taken as it is: layers_to_transform filters only what matched by its end.
  if (target.includes(path)) return true;
  return endsInOne(target, path) && isInLayers(path, targets);
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

function isExcluded(path: string, { exclude_modules: excluded, modules_to_save: saved }: Targets): boolean {
  if (typeof excluded === 'string' && excluded !== '' && matchesWhole(excluded, path)) return true;
  if (Array.isArray(excluded) && (excluded.includes(path) || endsInOne(excluded, path))) return true;
  return (saved ?? []).some((name) => regex(name, `(^|.*\\.)${name}($|\\..*)`).test(path));
}

function isInLayers(
  path: string,
  { layers_to_transform: layers, layers_pattern: pattern }: Targets,
): boolean {
  if (layers === undefined || layers === null) return true;
  if (typeof layers !== 'number' && layers.length === 0) return true;
  const layer = layerIn(path, typeof pattern === 'string' ? [pattern] : (pattern ?? []));
  if (layer === undefined) return false;
  return typeof layers === 'number' ? layers === layer : layers.includes(layer);
}

/**
 * The layer that PEFT reads off a path: the first number after a segment of `patterns`, or, where there are none, the first
 * that has two segments before it. So `h.0.attn.c_attn` is in no layer.
 */
function layerIn(path: string, patterns: readonly string[]): number | undefined {
  const named = patterns.filter((pattern) => pattern !== '');
  const expressions =
    named.length === 0
      ? [/^.*?\.[^.]*\.(?<layer>\d+)\./]
      : named.map((pattern) => regex(pattern, `(?:^|.*?\\.)${pattern}\\.(?<layer>\\d+)\\.`));
  for (const expression of expressions) {
    const layer = expression.exec(path)?.groups?.['layer'];
    if (layer !== undefined) return Number(layer);
  }
  return undefined;
}

const endsInOne = (names: readonly string[], path: string): boolean =>
  names.some((name) => path.endsWith(`.${name}`));

const matchesWhole = (pattern: string, path: string): boolean => regex(pattern, `(?:${pattern})$`).test(path);

/** Anchored at the beginning, as `re.match` is; Python's spellings of what JavaScript spells otherwise are translated. */
function regex(written: string, whole: string): RegExp {
  const source = whole
    .replaceAll('(?P<', '(?<')
    .replace(/\(\?P=(\w+)\)/g, '\\k<$1>')
    .replaceAll('\\A', '^')
    .replaceAll('\\Z', '$');
  try {
    return new RegExp(`^(?:${source})`);
  } catch (thrown) {
    throw new LabError(
      'adapter-invalid',
      `The pattern ${JSON.stringify(written)} of the adapter's configuration cannot be read as a regular expression.`,
      'Write it without features that only Python has.',
      { cause: thrown },
    );
  }
}

import { LabError } from '../shared/errors';
import { keyMatcher } from './keyMatcher';
import { isTargeted, type Targets } from './patterns';

/**
 * Names that PEFT can read in one way only, whatever order it puts keys in: a key for each module, its full path from the
 * beginning with nothing left that a regular expression would read otherwise. Each is resolved again against all modules
 * before it is written, because PEFT ignores a key that matches nothing without a word (its issue 3582).
 */
export const exactKey = (path: string): string => `^${path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}`;

/**
 * A `rank_pattern` or `alpha_pattern`.
 *
 * @param values by module path
 * @param paths of all modules of the model
 * @throws LabError `adapter-invalid` where a key would hold for no module, or for more than its own
 */
export function exactPattern(
  values: ReadonlyMap<string, number>,
  paths: readonly string[],
): Record<string, number> {
  for (const path of values.keys()) {
    const key = exactKey(path);
    const holds = keyMatcher([key]);
    requireOnly(
      path,
      `key "${key}"`,
      paths.filter((other) => holds(other) !== undefined),
    );
  }
  return Object.fromEntries([...values].map(([path, value]) => [exactKey(path), value]));
}

/**
 * `target_modules`: full paths.
 *
 * @throws LabError `adapter-invalid` where one would catch another module too, or where `modules_to_save` keeps one out
 */
export function exactTargets(
  targeted: readonly string[],
  paths: readonly string[],
  modulesToSave: readonly string[] | null,
): string[] {
  for (const path of targeted) {
    const alone: Targets = { target_modules: [path], modules_to_save: modulesToSave };
    requireOnly(
      path,
      `target "${path}"`,
      paths.filter((other) => isTargeted(other, alone)),
    );
  }
  return [...targeted];
}

function requireOnly(path: string, what: string, found: readonly string[]): void {
  if (found.length === 1 && found[0] === path) return;
  const caught = found.length === 0 ? 'no module of the model' : found.slice(0, 3).join(' and ');
  throw new LabError(
    'adapter-invalid',
    `The adapter cannot be written in PEFT's format: the ${what} would hold for ${caught}.`,
    found.length === 0 ? 'Train it on the model that it is saved for.' : 'Leave one of these modules out.',
  );
}

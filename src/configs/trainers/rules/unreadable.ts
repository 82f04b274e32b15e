import { isTargeted, keyTest, type Targets } from '../../../peft/patterns';
import { isEndless } from '../../../peft/pythonRegex';
import { LabError } from '../../../shared/errors';
import type { TextRange } from '../../text/yamlText';
import type { TrainerConfig } from '../description';
import { textOf } from '../tree';
import { reword } from './fixes';
import { patternsOf } from './patterns';
import type { Finding, Fix } from './rule';

/** Expressions that Python's `re` would stop at, when it looks for the modules. */
export function unreadablePatterns(text: string, config: TrainerConfig): Finding[] {
  const { said, syntax } = config;
  const found: Finding[] = patternsOf(config).flatMap(({ entry, map }) =>
    map.entries.flatMap(({ key, keyRange }) => {
      const why = whyNot(() => keyTest(key));
      if (!why) return [];
      return [
        finding(
          why,
          `${entry.key} key`,
          key,
          keyRange,
          withStar(text, key, keyRange, syntax, (one) => isRead(() => keyTest(one))),
        ),
      ];
    }),
  );
  for (const [field, name] of [
    ['targets', 'target_modules'],
    ['excluded', 'exclude_modules'],
  ] as const) {
    const entry = said[field];
    const pattern = textOf(entry?.value);
    const value = config.settings.targets[name];
    // A comma list is text as well, and no expression.
    if (!entry?.value || pattern === undefined || value !== pattern) continue;
    const match = (one: string) => isTargeted('a', { target_modules: 'a', [name]: one } satisfies Targets);
    const isFine = (one: string): boolean => isRead(() => match(one));
    const why = whyNot(() => match(pattern));
    if (!why) continue;
    found.push(
      finding(
        why,
        entry.key,
        pattern,
        entry.value.range,
        withStar(text, pattern, entry.value.range, syntax, isFine),
      ),
    );
  }
  return found;
}

const finding = (
  why: LabError,
  what: string,
  pattern: string,
  range: TextRange,
  fixes: readonly Fix[],
): Finding => ({
  message: isEndless(why)
    ? `${what} ${JSON.stringify(pattern)} repeats what repeats: matching it may not end, and what it means is not looked at.`
    : `${what} ${JSON.stringify(pattern)} cannot be read as a regular expression: PEFT stops at it.`,
  range,
  fixes,
});

/** `*_proj` is how shells say it; expressions say `.*_proj`. */
function withStar(
  text: string,
  pattern: string,
  range: TextRange,
  syntax: TrainerConfig['syntax'],
  isFine: (pattern: string) => boolean,
): Fix[] {
  const meant = pattern.replace(/(^|[.(|])\*/g, (_, before: string) =>
    before === '.' ? '.*' : `${before}.*`,
  );
  if (meant === pattern || !isFine(meant)) return [];
  return [
    {
      title: `Change to ${JSON.stringify(meant)}`,
      edits: [reword(text, range, meant, syntax)],
      isPreferred: true,
    },
  ];
}

function whyNot(one: () => unknown): LabError | undefined {
  try {
    one();
    return undefined;
  } catch (thrown) {
    if (thrown instanceof LabError) return thrown;
    throw thrown;
  }
}

const isRead = (one: () => unknown): boolean => read(one) !== undefined;

/** What can be had of expressions, or undefined where one cannot be read. @param one gives something */
export function read<T>(one: () => T): T | undefined {
  try {
    return one();
  } catch (thrown) {
    if (thrown instanceof LabError) return undefined;
    throw thrown;
  }
}

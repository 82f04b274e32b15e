import { LabError } from '../shared/errors';
import { linearTest, mayBeEndless, usualLength } from './linearMatch';

/**
 * Anchored at the beginning, as `re.match` is; Python's spellings of what JavaScript spells otherwise are translated. What
 * JavaScript's engine could try without end is not given to it.
 *
 * @param written what the configuration holds, for the message
 * @param whole what is matched
 * @throws LabError `adapter-invalid` where it is no regular expression, or one that could be matched without end
 */
export function pythonRegex(written: string, whole: string): RegExp {
  const regex = compiled(written, whole);
  if (mayBeEndless(regex.source)) throw endless(written);
  return regex;
}

/** Whether an expression matches, as `pythonRegex`; one that JavaScript's engine could try without end is matched without it. */
export function pythonTest(written: string, whole: string): (text: string) => boolean {
  const regex = compiled(written, whole);
  let linear: ((text: string) => boolean) | undefined;
  const linearly = (text: string): boolean => {
    linear ??= linearTest(regex.source);
    if (!linear) throw endless(written);
    return linear(text);
  };
  if (!mayBeEndless(regex.source))
    return (text) => (text.length > usualLength ? linearly(text) : regex.test(text));
  linear = linearTest(regex.source);
  if (!linear) throw endless(written);
  return linear;
}

function compiled(written: string, whole: string): RegExp {
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

/** Of an expression that is none that may be matched, though it is one. */
class EndlessPattern extends LabError {}

/** Whether an expression was refused only because matching it may not end. */
export const isEndless = (thrown: unknown): boolean => thrown instanceof EndlessPattern;

const endless = (written: string): LabError =>
  new EndlessPattern(
    'adapter-invalid',
    `The pattern ${JSON.stringify(written)} of the adapter's configuration repeats what repeats, and matching it may not end.`,
    'Write it without a repeat in a repeat, or without what looks ahead, looks behind or refers to a group.',
  );

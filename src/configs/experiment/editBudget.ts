import { isDeepStrictEqual } from 'node:util';
import { isMap, type YAMLMap } from 'yaml';
import { LabError } from '../../shared/errors';
import { isSameBudget } from '../../shared/sameBudget';
import type { Budget } from '../../shared/words';
import { applyEdits, sortEdits, startOnNewLine, type TextEdit } from '../text/textEdit';
import { findPair, keyName, nextLine, parseYaml, positionAt, rangeOf } from '../text/yamlText';
import { insertion, replaceInLine } from './blockValue';
import type { Issue } from './issue';
import { mapEdits } from './mapEdits';
import { parseExperiment } from './parse';

/**
 * The edits that put another budget behind an experiment's `budget:`: limits that differ change where they stand, every other
 * byte stays, and so do comments.
 *
 * @param file absolute path of the experiment, for the paths in it
 * @throws LabError the experiment's first error with its place, or `experiment-invalid` where the budget cannot be written
 *   without changing something else
 */
export function budgetEdits(text: string, file: string, budget: Budget): TextEdit[] {
  const { experiment: before, issues } = parseExperiment(text, file);
  if (!before) throw notValid(text, issues);
  if (isSameBudget(before.budget, budget)) return [];
  const { contents } = parseYaml(text);
  const root = isMap(contents) ? contents : undefined;
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  for (const attempt of [limitEdits, wholeEdits]) {
    const edits = startOnNewLine(
      sortEdits(attempt({ text, root, newline }, before.budget, budget)),
      text,
      newline,
    );
    const after = parseExperiment(applyEdits(text, edits), file).experiment;
    if (!after || !isDeepStrictEqual(after, { ...before, budget: after.budget })) continue;
    if (isSameBudget(after.budget, budget)) return edits;
  }
  throw new LabError(
    'experiment-invalid',
    'The budget cannot be written into the experiment without changing other parts of it.',
    `Write "budget: ${budgetText(budget)}" by hand.`,
  );
}

function notValid(text: string, issues: readonly Issue[]): LabError {
  const issue = issues.find(({ severity }) => severity === 'error');
  const { line, column } = positionAt(text, issue?.range.start ?? 0);
  return new LabError(
    issue?.code ?? 'experiment-invalid',
    `The budget cannot be written: the experiment has an error at ${line + 1}:${column + 1}. ${issue?.message ?? ''}`.trimEnd(),
    issue?.next ?? 'Correct the file.',
  );
}

interface Context {
  readonly text: string;
  readonly root: YAMLMap | undefined;
  readonly newline: string;
}

/** Of the limits that differ alone. */
function limitEdits(context: Context, before: Budget, budget: Budget): TextEdit[] {
  const { text, root, newline } = context;
  const block = root && findPair(root, 'budget')?.value;
  const [old, now] = [limitTexts(before), limitTexts(budget)];
  const wanted = [...now].filter(([key, value]) => old.get(key) !== value);
  const edits = isMap(block) ? mapEdits(text, block, wanted, newline) : undefined;
  return edits ?? wholeEdits(context, before, budget);
}

/** All on one line, in the place of what stands there, or on a line of its own. */
function wholeEdits({ text, root, newline }: Context, _before: Budget, budget: Budget): TextEdit[] {
  const pair = root && findPair(root, 'budget');
  if (pair) return replaceInLine(text, pair, budgetText(budget));
  return [insertion(placeOf(text, root), `budget: ${budgetText(budget)}${newline}`)];
}

/** Before the plan, which is often long, and before the comments above it; at the end where the plan comes first. */
function placeOf(text: string, root: YAMLMap | undefined): number {
  const plan = root ? root.items.findIndex((pair) => keyName(pair) === 'plan') : -1;
  const before = root?.items.at(plan > 0 ? plan - 1 : -1);
  const end = Math.max(rangeOf(before?.key)?.end ?? 0, rangeOf(before?.value)?.end ?? 0);
  return nextLine(text, end);
}

/** As people write it: `{ layers: 25%, parameters: 200000 }`. */
export function budgetText(budget: Budget): string {
  const limits = [...limitTexts(budget)].filter(([, value]) => value !== undefined);
  return limits.length === 0 ? '{}' : `{ ${limits.map(([key, value]) => `${key}: ${value}`).join(', ')} }`;
}

function limitTexts({ layers, ...others }: Budget): Map<string, string | undefined> {
  const share = layers && ('share' in layers ? `${Number((layers.share * 100).toFixed(6))}%` : layers.count);
  const limits = { layers: share, ...others };
  const keys = ['layers', 'parameters', 'experts', 'megabytes'] as const;
  return new Map(keys.map((key) => [key, limits[key] === undefined ? undefined : String(limits[key])]));
}

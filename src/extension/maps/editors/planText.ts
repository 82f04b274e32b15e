import { parse, type ParseError } from 'jsonc-parser';
import { toDotPath } from 'zod/v4/core';
import { differing } from '../../../configs/text/differing';
import type { TextEdit } from '../../../configs/text/textEdit';
import { LabError } from '../../../shared/errors';
import { planFileSchema, type PlanFile } from '../../../shared/planFile';
import { parseJson } from '../../../shared/parseJson';

const next = 'Correct it as text, or take it back.';

/**
 * A plan file's text as a plan.
 *
 * @param name of the file
 * @throws LabError `plan-missing` with what is wrong, and where
 */
export function readPlanText(text: string, name: string): PlanFile {
  const decoded = planFileSchema.safeParse(jsonOf(text, name));
  if (decoded.success) return decoded.data;
  const [issue] = decoded.error.issues;
  const field = issue && issue.path.length > 0 ? ` at ${toDotPath(issue.path)}` : '';
  throw new LabError(
    'plan-missing',
    `${name} is not as expected${field}: ${issue?.message ?? 'unknown form'}.`,
    next,
  );
}

/**
 * The edits that make a plan file's text another plan: of what lies between the first and the last character that differ. Keys
 * that are not ours stay. A text that is formatted in one of the usual ways keeps its indentation.
 */
export function planTextEdits(text: string, plan: PlanFile): TextEdit[] {
  const before = jsonOf(text, 'plan.json');
  const others = typeof before === 'object' && before !== null ? before : {};
  const ours = Object.keys(planFileSchema.shape);
  const rest = Object.fromEntries(Object.entries(others).filter(([key]) => !ours.includes(key)));
  const indent = indentOf(text, before);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const written = `${JSON.stringify({ ...plan, ...rest }, null, indent)}\n`.replaceAll('\n', newline);
  const edit = differing(text, written);
  return edit.start === edit.end && edit.text === '' ? [] : [edit];
}

/** As runs write it, where the text is in no way that JSON is printed. */
const own = 1;

function indentOf(text: string, value: unknown): string | number {
  const plain = text.replaceAll('\r\n', '\n').trimEnd();
  return [1, 2, 4, '\t', 0].find((indent) => JSON.stringify(value, null, indent) === plain) ?? own;
}

function jsonOf(text: string, name: string): unknown {
  try {
    return parseJson(text);
  } catch (thrown) {
    // V8 names the place of some errors and not of others.
    const errors: ParseError[] = [];
    parse(text, errors, { disallowComments: true });
    const line = text.slice(0, errors[0]?.offset ?? text.length).split('\n').length;
    throw new LabError('plan-missing', `${name} is not valid JSON in line ${line}.`, next, { cause: thrown });
  }
}

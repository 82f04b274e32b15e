import { isDeepStrictEqual } from 'node:util';
import { isMap, type Pair, type YAMLMap } from 'yaml';
import { LabError } from '../../shared/errors';
import type { Plan } from '../../shared/words';
import { indentOf, insertion, isBlockMap, replaceInLine, replaceWithLines } from './blockValue';
import { moduleLines, planLines, sharedLines } from './planRows';
import { blockRowEdits, isLocked, rowEdits, type Fixed } from './planRowEdits';
import { holdsPlan, planValue, withLockedRows } from './planValue';
import { applyEdits, sortEdits, startOnNewLine, type TextEdit } from '../text/textEdit';
import { findPair, keyName, nextLine, parseYaml, positionAt, rangeOf } from '../text/yamlText';

export { applyEdits, type TextEdit } from '../text/textEdit';

/**
 * The smallest edits that put a plan into an experiment's `plan:`. Everything outside it keeps every byte; inside it, rows
 * that did not change do too, as do comments, order, quotes, indentation and line ends. Rows locked in the file stay as
 * they are, whatever the plan says. Applied twice, the second time changes nothing.
 *
 * @param locks whose are right: the file's, or the plan's, where the user changed them by hand
 * @returns edits in the text's own offsets, ready for `applyEdits`
 * @throws LabError `experiment-syntax` with the place where the text is not YAML, `experiment-invalid` where its top level
 *   is no block of keys
 */
export function planEdits(
  text: string,
  plan: Plan,
  locks: 'of the file' | 'of the plan' = 'of the file',
): TextEdit[] {
  const document = parseYaml(text);
  const [error] = document.errors;
  if (error) {
    const { line, column } = positionAt(text, error.pos[0]);
    throw new LabError(
      'experiment-syntax',
      `The plan cannot be written: the experiment is not valid YAML at ${line + 1}:${column + 1}.`,
      'Correct the YAML there.',
    );
  }
  const { contents } = document;
  if (contents !== null && !isBlockMap(contents)) {
    throw new LabError(
      'experiment-invalid',
      'The plan cannot be written: the experiment is not a block of keys, one a line.',
      'Write the experiment in block style.',
    );
  }
  const before = planValue(document);
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const ofFile = locks === 'of the file';
  const isFixed: Fixed = ofFile ? isLocked : () => false;
  const context = { text, root: contents ?? undefined, newline, shared: before.shared, isFixed };
  const wanted = ofFile ? withLockedRows(document, before, plan) : plan;
  for (const attempt of [smallest, whole]) {
    const edits = startOnNewLine(sortEdits(attempt(context, wanted)), text, newline);
    // Aliases, tags and stranger styles are not all thought of: what cannot be proved right is written afresh.
    if (holdsPlan(applyEdits(text, edits), wanted, before)) return edits;
  }
  throw new LabError(
    'experiment-invalid',
    'The plan cannot be written without changing other parts of the experiment.',
    'Remove anchors and aliases from the experiment, or remove its plan.',
  );
}

interface Context {
  readonly text: string;
  readonly root: YAMLMap | undefined;
  readonly newline: string;
  /** What the file has under `plan.shared`. */
  readonly shared: unknown;
  readonly isFixed: Fixed;
}

function smallest(context: Context, plan: Plan): TextEdit[] {
  const { text, root } = context;
  const block = root && findPair(root, 'plan')?.value;
  if (!isMap(block)) return whole(context, plan);
  const sameShared = isDeepStrictEqual(context.shared, plan.shared);
  const modules = findPair(block, 'modules');
  const numbers = modules && sameShared ? flowRowEdits(context, modules.value, plan) : undefined;
  if (numbers) return numbers;
  if (block.flow) return whole(context, plan);
  const indent = indentOf(text, block) ?? '  ';
  const edits = moduleEdits(context, block, modules, plan, indent);
  return sameShared ? edits : [...edits, ...sharedEdits(context, block, plan, indent)];
}

/** Flow style whose rows are the plan's: only numbers change. */
function flowRowEdits(
  { text, newline, isFixed }: Context,
  rows: unknown,
  plan: Plan,
): TextEdit[] | undefined {
  if (!isMap(rows) || !rows.flow) return undefined;
  const names = rows.items.map((pair) => keyName(pair));
  if (!isDeepStrictEqual(new Set(names), new Set(Object.keys(plan.modules)))) return undefined;
  return rows.items.flatMap((pair) => {
    const row = plan.modules[keyName(pair) ?? ''];
    return row && !isFixed(pair) ? rowEdits(text, pair, row, newline) : [];
  });
}

function moduleEdits(
  { text, newline, isFixed }: Context,
  block: YAMLMap,
  modules: Pair | undefined,
  plan: Plan,
  indent: string,
): TextEdit[] {
  if (!modules) {
    const first = rangeOf(block.items[0]?.key)?.start ?? 0;
    const lines = planLines({ ...plan, shared: [] }, indent, indent, newline);
    return [insertion(first - indent.length, lines)];
  }
  if (isBlockMap(modules.value))
    return blockRowEdits(text, modules, modules.value, plan.modules, newline, isFixed);
  if (Object.keys(plan.modules).length === 0) return replaceInLine(text, modules, '{}');
  const lines = moduleLines(plan.modules, indent + indent).map((line) => line + newline);
  return replaceWithLines(text, modules, lines.join(''), indent + indent, newline);
}

function sharedEdits({ text, newline }: Context, block: YAMLMap, plan: Plan, indent: string): TextEdit[] {
  const shared = findPair(block, 'shared');
  const lines = sharedLines(plan.shared, indent + indent).map((line) => line + newline);
  if (!shared) {
    const end = nextLine(text, rangeOf(block)?.end ?? 0);
    return [insertion(end, `${indent}shared:${newline}${lines.join('')}`)];
  }
  if (plan.shared.length === 0) return replaceInLine(text, shared, '[]');
  return replaceWithLines(text, shared, lines.join(''), indent + indent, newline);
}

/** The whole block anew, or for the first time. */
function whole({ text, root, newline }: Context, plan: Plan): TextEdit[] {
  const step = firstIndent(text, root) ?? '  ';
  const lines = planLines(plan, step, step, newline);
  const pair = root && findPair(root, 'plan');
  if (pair) return replaceWithLines(text, pair, lines, step, newline);
  const marker = /^\.\.\.[ \t]*\r?$/m.exec(text)?.index;
  return [insertion(marker ?? text.length, `plan:${newline}${lines}`)];
}

/** The indentation that the file uses for its blocks. */
function firstIndent(text: string, root: YAMLMap | undefined): string | undefined {
  for (const { value } of root?.items ?? []) {
    const indent = isMap(value) ? indentOf(text, value) : undefined;
    if (indent) return indent;
  }
  return undefined;
}

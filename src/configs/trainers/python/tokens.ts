import type { Tree, TreeCursor } from 'web-tree-sitter';
import type { TextRange } from '../../text/yamlText';

/** A word of the source: a name, a number, a whole string, a bracket, an operator. Comments are none. */
export interface Token extends TextRange {
  /** The grammar's: `identifier`, `string`, `integer`, `float`, `(`, … */
  readonly type: string;
  readonly text: string;
  /** Whether it is the first of its line. */
  readonly isFirst: boolean;
}

/**
 * The words of a source in their order. Text that does not parse gives the words all the same, where its tree would be
 * guesswork: calls are read from these, so that half-typed ones and whole ones are read alike.
 */
export function tokensOf(tree: Tree, text: string): Token[] {
  const tokens: Token[] = [];
  const cursor = tree.walk();
  let before = 0;
  try {
    do {
      descend(cursor);
      const { nodeType, startIndex, endIndex } = cursor;
      // A word that the grammar missed has no length.
      if (endIndex > startIndex && nodeType !== 'comment' && nodeType !== 'line_continuation') {
        tokens.push({
          type: nodeType,
          text: text.slice(startIndex, endIndex),
          start: startIndex,
          end: endIndex,
          isFirst: before === 0 || text.slice(before, startIndex).includes('\n'),
        });
        before = endIndex;
      }
    } while (next(cursor));
  } finally {
    cursor.delete();
  }
  return tokens;
}

/** To the first word of what the cursor is at; strings are not taken apart. */
function descend(cursor: TreeCursor): void {
  while (cursor.nodeType !== 'string' && cursor.gotoFirstChild());
}

function next(cursor: TreeCursor): boolean {
  while (!cursor.gotoNextSibling()) if (!cursor.gotoParent()) return false;
  return true;
}

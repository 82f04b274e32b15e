import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Language, Parser, type Tree } from 'web-tree-sitter';

/** Python's grammar, ready for use: one is made in a process, with `loadPython`, and used for every text. */
export class PythonParser {
  constructor(private readonly parser: Parser) {}

  /**
   * Calls `read` with the text's tree, which is gone when it returns: its memory is the grammar's own, and not collected.
   * Any text has a tree; places are UTF-16 offsets, as everywhere.
   */
  withTree<T>(text: string, read: (tree: Tree) => T): T {
    const tree = this.parser.parse(text);
    // Only a parser without a language gives none.
    if (tree === null) throw new Error('the parser has no language');
    try {
      return read(tree);
    } finally {
      tree.delete();
    }
  }

  /** Gives the parser's memory back; it cannot be used after that. */
  delete(): void {
    this.parser.delete();
  }
}

/**
 * Loads Python's grammar (tree-sitter as WebAssembly, 0.7 MB from disk).
 * @throws Error where the two files are neither beside the bundle nor in node_modules
 */
export async function loadPython(): Promise<PythonParser> {
  const [engine, grammar] = await Promise.all([
    readFile(wasmFile('web-tree-sitter')),
    readFile(wasmFile('tree-sitter-python')),
  ]);
  await Parser.init({ wasmBinary: engine });
  const parser = new Parser();
  parser.setLanguage(await Language.load(grammar));
  return new PythonParser(parser);
}

/** A package's .wasm file: beside the bundle, else in node_modules. */
function wasmFile(name: string): string {
  const shipped = path.join(__dirname, 'wasm', `${name}.wasm`);
  return existsSync(shipped) ? shipped : createRequire(__filename).resolve(`${name}/${name}.wasm`);
}

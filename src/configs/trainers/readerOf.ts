import { loadPython, type PythonParser } from './python/pythonParser';
import { readTrainerConfigs, type ReadConfigs } from './read';
import type { Syntax } from './tree';

let python: Promise<PythonParser> | undefined;

/**
 * How a text of a language is read. Python's grammar is loaded when it is first asked for, once in a process.
 * @throws Error as `loadPython`
 */
export async function readerOf(syntax: Syntax): Promise<(text: string) => ReadConfigs> {
  const parsers = syntax === 'python' ? { python: await (python ??= loadPython()) } : {};
  return (text) => readTrainerConfigs(text, syntax, parsers);
}

import type { TrainerConfig } from './description';
import { describe } from './describe';
import type { Format } from './formats/format';
import { jsonFormats, yamlFormats } from './formats/formats';
import { pythonFormats } from './formats/python';
import { parseJsonTree } from './jsonTree';
import type { PythonParser } from './python/pythonParser';
import { parsePythonCalls, type PythonCall } from './pythonTree';
import { textOf, type ParsedTree, type Syntax, type SyntaxFault } from './tree';
import { parseYamlTree } from './yamlTree';

/** What a file asks for; no adapters where it is of no trainer that is known. */
export interface ReadConfigs {
  readonly configs: readonly TrainerConfig[];
  /** Of the language; told only where the file was recognized. */
  readonly faults: readonly SyntaxFault[];
}

const none: ReadConfigs = { configs: [], faults: [] };

/** Which language a file is in, by its name's ending; undefined for those that are not read. */
export function syntaxOf(name: string): Syntax | undefined {
  if (/\.json$/i.test(name)) return 'json';
  if (/\.ya?ml$/i.test(name)) return 'yaml';
  return /\.py$/i.test(name) ? 'python' : undefined;
}

/** What reading Python needs, which must be loaded first (`loadPython`) and is kept by who reads; JSON and YAML need nothing. */
export interface Parsers {
  readonly python?: PythonParser | undefined;
}

/**
 * Reads the adapters that a user's file asks for. Files are recognized by what they say, half-typed ones too. Never throws.
 * Without Python's parser a Python source asks for none.
 */
export function readTrainerConfigs(text: string, syntax: Syntax, parsers: Parsers = {}): ReadConfigs {
  switch (syntax) {
    case 'json':
      return read(parseJsonTree(text), syntax, jsonFormats);
    case 'yaml':
      return read(parseYamlTree(text), syntax, yamlFormats);
    case 'python':
      return parsers.python ? readPython(text, parsers.python) : none;
  }
}

function read({ root, faults }: ParsedTree, syntax: Syntax, formats: readonly Format[]): ReadConfigs {
  const format = root && formats.find((one) => one.recognizes(root));
  if (!root || !format) return none;
  return { configs: [describe(format, syntax, format.loads?.(root) ?? root)], faults };
}

function readPython(text: string, parser: PythonParser): ReadConfigs {
  const calls = parsePythonCalls(text, parser);
  return { configs: calls.map(describeCall), faults: calls.flatMap(({ faults }) => faults) };
}

/**
 * Finds one adapter again in an edited text, by which edits are proved. Edits of a Python source lie within a call, so that its
 * beginning stays; other files have one adapter.
 *
 * @param config as it was read before the edits
 * @param read of the whole text, with what its language needs
 */
export function readAgain(
  { syntax, root }: TrainerConfig,
  read: (text: string) => ReadConfigs,
): (text: string) => { readonly config: TrainerConfig | undefined } & ParsedTree {
  return (text) => {
    const { configs, faults } = read(text);
    const config =
      syntax === 'python'
        ? configs.find(({ root: { range } }) => range.start === root.range.start)
        : configs[0];
    return { config, root: config?.root, faults };
  };
}

/** A call's base model is said outside of it, unless it names one. */
function describeCall({ callee, root, place, baseModel }: PythonCall): TrainerConfig {
  const config = describe(pythonFormats[callee], 'python', root, place);
  const { said, settings } = config;
  if (said.baseModel || !baseModel) return config;
  return {
    ...config,
    said: { ...said, baseModel },
    settings: { ...settings, baseModel: textOf(baseModel.value) },
  };
}

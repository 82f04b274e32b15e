import type { Node, Tree } from 'web-tree-sitter';
import type { TextRange } from '../../text/yamlText';

/**
 * What a source's imports bring in: for each name what it stands for, in full. `from peft import LoraConfig as LC` gives
 * `LC` -> `peft.LoraConfig`, `import peft` gives `peft` -> `peft`. Imported from several places, PEFT's and unsloth's count.
 */
export function importsOf(tree: Tree): ReadonlyMap<string, string> {
  const imports = new Map<string, string>();
  const add = (name: string, full: string): void => {
    if (!isKnown(imports.get(name) ?? '')) imports.set(name, full);
  };
  for (const node of tree.rootNode.descendantsOfType(['import_statement', 'import_from_statement'])) {
    const from = node.childForFieldName('module_name')?.text;
    for (const item of node.childrenForFieldName('name')) {
      const name = item.childForFieldName('name')?.text ?? item.text;
      const alias = item.childForFieldName('alias')?.text;
      // `import peft.tuners` brings in peft.
      if (from === undefined)
        add(alias ?? name.split('.')[0] ?? name, alias ? name : (name.split('.')[0] ?? name));
      else add(alias ?? name, `${from}.${name}`);
    }
  }
  // A class of the file's own is not what is called so elsewhere.
  for (const node of tree.rootNode.descendantsOfType('class_definition')) {
    const name = node.childForFieldName('name')?.text;
    if (name !== undefined) add(name, `.${name}`);
  }
  return imports;
}

const isKnown = (full: string): boolean => /^(?:peft|unsloth)(?:\.|$)/.test(full);

/** Where the value of a constant stands. */
export interface Constant extends TextRange {
  /** Whether something is done with the name but reading it: `NAMES.append(…)`, `PATTERN["q"] = 8`. */
  readonly isTouched: boolean;
}

/** What a name that occurs is part of, when it is bound in another way than `NAME = …`, and its value is not known. */
const binders = new Set([
  'augmented_assignment',
  'for_statement',
  'for_in_clause',
  'named_expression',
  'function_definition',
  'class_definition',
  'global_statement',
  'nonlocal_statement',
  'delete_statement',
  'parameters',
  'lambda_parameters',
  'default_parameter',
  'typed_parameter',
  'typed_default_parameter',
  'dotted_name',
  'aliased_import',
  'as_pattern',
  'as_pattern_target',
  'case_pattern',
]);
/** Of these, what stands behind the name is only read. */
const bound: Readonly<Record<string, string>> = {
  augmented_assignment: 'left',
  for_statement: 'left',
  for_in_clause: 'left',
  named_expression: 'name',
  default_parameter: 'name',
  typed_default_parameter: 'name',
};
const groups = new Set([
  'pattern_list',
  'tuple_pattern',
  'list_pattern',
  'list_splat_pattern',
  'expression_list',
  'tuple',
  'list',
  'parenthesized_expression',
]);

/** The constants of a source: names that are given a value once in the whole file, outside of functions and conditions. */
export class Constants {
  private readonly found = new Map<string, Constant | undefined>();
  private uses: ReadonlyMap<string, readonly Node[]> | undefined;

  constructor(private readonly tree: Tree) {}

  /** Undefined for a name that is none. */
  find(name: string): Constant | undefined {
    if (!this.found.has(name)) this.found.set(name, this.lookUp(name));
    return this.found.get(name);
  }

  private lookUp(name: string): Constant | undefined {
    let value: Node | undefined;
    let isTouched = false;
    for (const use of this.usesOf(name)) {
      const parent = use.parent;
      const isAttribute = parent?.type === 'attribute' && !isField(parent, 'object', use);
      const isArgument = parent?.type === 'keyword_argument' && isField(parent, 'name', use);
      if (isAttribute || isArgument) continue;
      if (parent?.type === 'attribute' || (parent?.type === 'subscript' && isField(parent, 'value', use))) {
        isTouched = true;
      }
      const { whole, around } = outermost(use);
      if (around?.type === 'assignment' && isField(around, 'left', whole)) {
        if (value || whole !== use || !isAtTop(around)) return undefined;
        value = around.childForFieldName('right') ?? undefined;
        if (!value) return undefined;
      } else if (around && binders.has(around.type) && isBound(around, whole)) return undefined;
    }
    return value && { start: value.startIndex, end: value.endIndex, isTouched };
  }

  private usesOf(name: string): readonly Node[] {
    if (!this.uses) {
      const uses = new Map<string, Node[]>();
      for (const node of this.tree.rootNode.descendantsOfType('identifier')) {
        const list = uses.get(node.text);
        if (list) list.push(node);
        else uses.set(node.text, [node]);
      }
      this.uses = uses;
    }
    return this.uses.get(name) ?? [];
  }
}

/** Out of the patterns that a name is part of: `A, (B, C) = …`. */
function outermost(use: Node): { readonly whole: Node; readonly around: Node | null } {
  let whole = use;
  while (whole.parent && groups.has(whole.parent.type)) whole = whole.parent;
  return { whole, around: whole.parent };
}

const isField = (parent: Node, field: string, child: Node): boolean =>
  parent.childForFieldName(field)?.id === child.id;

const isBound = (around: Node, whole: Node): boolean =>
  bound[around.type] === undefined || isField(around, bound[around.type] ?? '', whole);

/** Whether a statement stands in no function, class, condition or loop; half-typed text may have an error around it. */
function isAtTop(assignment: Node): boolean {
  const statement = assignment.parent;
  return (
    statement?.type === 'expression_statement' && ['module', 'ERROR'].includes(statement.parent?.type ?? '')
  );
}

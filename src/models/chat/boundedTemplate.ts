import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';

/**
 * What a rendering may take. A template is a program that came with the model: published ones take some ten thousand steps
 * for a conversation, and one that never ends, or doubles a text until the memory is full, must end in a sentence.
 */
const most = { steps: 1_000_000, characters: 10_000_000, items: 1_000_000, depth: 400, indent: 100 } as const;

type Program = ReturnType<typeof parse>;
type Statement = Parameters<Interpreter['evaluate']>[0] & {
  readonly iterable?: unknown;
  readonly filter?: unknown;
};
type Value = ReturnType<Interpreter['evaluate']>;

/** Reads a Jinja template with the settings of `transformers`. @throws Error of the parser */
export const parseTemplate = (source: string): Program =>
  parse(tokenize(source, { lstrip_blocks: true, trim_blocks: true }));

/** Counts what it evaluates, and what is gone through in between; looks how large values have become. */
class BoundedInterpreter extends Interpreter {
  private steps = 0;
  private depth = 0;
  /** Arguments of filters that repeat a space as often as they are told. */
  private readonly indents = new WeakSet<object>();
  /** What loops go through: each item is a step, whether or not anything is evaluated for it. */
  private readonly iterables = new WeakSet<object>();

  override evaluate(...[given, environment]: Parameters<Interpreter['evaluate']>): Value {
    // The library asks for parts that an expression may leave out.
    const statement = given as Statement | undefined;
    if (!statement) return super.evaluate(given, environment);
    this.take(1);
    if (typeof statement.iterable === 'object' && statement.iterable) this.iterables.add(statement.iterable);
    for (const argument of indentsOf(statement)) this.indents.add(argument);
    if (++this.depth > most.depth) throw new Error(`it nests deeper than ${most.depth}`);
    try {
      const value = super.evaluate(statement, environment);
      this.look(value.value, this.iterables.has(statement), this.indents.has(statement));
      return value;
    } finally {
      this.depth--;
    }
  }

  private take(steps: number): void {
    this.steps += steps;
    if (this.steps > most.steps) throw new Error(`it takes more than ${most.steps} steps`);
  }

  private look(value: unknown, isIterated: boolean, isIndent: boolean): void {
    if (typeof value === 'string') {
      if (value.length > most.characters)
        throw new Error(`it makes a text of more than ${most.characters} characters`);
      this.take(value.length / 1000);
    } else if (Array.isArray(value)) {
      if (value.length > most.items) throw new Error(`it makes a list of more than ${most.items} items`);
      this.take(isIterated ? value.length : value.length / 100);
    } else if (isIndent && typeof value === 'number' && value > most.indent)
      throw new Error(`it indents by ${value}`);
  }
}

/** What says how far a filter indents: the arguments of `indent` and `tojson`, those with names too; not what is filtered. */
function indentsOf({ type, filter }: Statement): object[] {
  if (type !== 'FilterExpression' && type !== 'FilterStatement') return [];
  const { callee, value, args } = filter as {
    readonly callee?: { readonly value?: unknown };
    readonly value?: unknown;
    readonly args?: readonly { readonly type: string; readonly value?: unknown }[];
  };
  if (!['indent', 'tojson'].includes(String(callee?.value ?? value))) return [];
  return (args ?? []).map((argument) =>
    argument.type === 'KeywordArgumentExpression' ? (argument.value as object) : argument,
  );
}

/**
 * Renders a template with these variables and functions beside Jinja's own.
 *
 * @throws Error what the template itself refuses, or that it takes more than a template may
 */
export function renderBounded(program: Program, variables: Readonly<Record<string, unknown>>): string {
  const environment = new Environment();
  for (const [name, value] of Object.entries({ ...builtIn, ...variables })) environment.set(name, value);
  return String(new BoundedInterpreter(environment).run(program).value);
}

/** The library's own, but that a range is bounded before it is made. */
const builtIn = {
  false: false,
  true: true,
  none: null,
  True: true,
  False: false,
  None: null,
  raise_exception: (message: unknown): never => {
    throw new Error(String(message));
  },
  range: (start: number, stop?: number, step = 1): number[] => {
    const [from, to] = stop === undefined ? [0, start] : [start, stop];
    const length = Math.max(0, Math.ceil((to - from) / step));
    if (!(length <= most.items)) throw new Error(`range() gives more than ${most.items} numbers`);
    return Array.from({ length }, (_, at) => from + at * step);
  },
};

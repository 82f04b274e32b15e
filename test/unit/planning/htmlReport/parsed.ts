import assert from 'node:assert/strict';

/** A page as it is parsed, strictly: every element closed, every attribute quoted, no mark left alone. */
export interface Parsed {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly (Parsed | string)[];
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" };

/** Elements that HTML ends by itself must be written as ended; all others must be ended by a tag, as parsers of HTML want it. */
const empty = new Set(['meta', 'br', 'hr', 'col']);

/** @param text of one element, with nothing but an HTML doctype before it. @throws AssertionError where it is not well-formed */
export function parse(text: string): Parsed {
  const body = text.replace(/^<!doctype html>\n/, '').trimEnd();
  const stack: { name: string; attributes: Map<string, string>; children: (Parsed | string)[] }[] = [
    { name: '', attributes: new Map(), children: [] },
  ];
  const token = /<(\/?)([a-zA-Z][\w-]*)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)|</g;
  for (const [whole, slash, name = '', given = '', self, words] of body.matchAll(token)) {
    const open = stack.at(-1)!;
    assert.notEqual(whole, '<', `a mark that begins nothing in <${open.name}>`);
    if (words !== undefined) open.children.push(open.name === 'style' ? words : unescaped(words));
    else if (slash === '/') {
      assert.equal(name, open.name, 'the element that is open is ended');
      stack.pop();
      stack.at(-1)!.children.push(open);
    } else {
      const attributes = new Map<string, string>();
      for (const [, key = '', value = ''] of given.matchAll(/([\w:-]+)="([^"]*)"/g)) {
        assert.ok(!attributes.has(key), `${name} has ${key} once`);
        attributes.set(key, unescaped(value));
      }
      const element = { name, attributes, children: [] };
      assert.equal(self === '/', empty.has(name), name);
      if (empty.has(name)) open.children.push(element);
      else stack.push(element);
    }
  }
  assert.equal(stack.length, 1, `<${stack.at(-1)!.name}> is ended`);
  const [root, ...others] = stack[0]!.children;
  assert.equal(others.length, 0, 'there is one root');
  assert.ok(root !== undefined && typeof root !== 'string');
  return root;
}

function unescaped(text: string): string {
  return text.replace(/&([^;]*;?)/g, (whole, name: string) => {
    const mark = entities[name.replace(/;$/, '')];
    assert.ok(name.endsWith(';') && mark !== undefined, `${whole} is a known entity`);
    return mark;
  });
}

/** All elements of a name, in the order of the page. */
export function all(root: Parsed, name: string): Parsed[] {
  const inside = root.children.flatMap((child) => (typeof child === 'string' ? [] : all(child, name)));
  return root.name === name ? [root, ...inside] : inside;
}

export const textOf = (root: Parsed): string =>
  root.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');

/** The cells of a table, row by row. */
export const cellsOf = (table: Parsed): string[][] =>
  all(table, 'tr').map(({ children }) =>
    children.flatMap((cell) => (typeof cell === 'string' ? [] : [textOf(cell)])),
  );

export const captionOf = (table: Parsed): string => all(table, 'caption').map(textOf).join('');

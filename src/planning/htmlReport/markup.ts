/** A piece of a page that is HTML or SVG already; strings are text and become it by being escaped. */
export class Markup {
  constructor(readonly text: string) {}
}

export type Child = Markup | string | number | undefined | readonly Child[];
export type Attributes = Readonly<Record<string, string | number | undefined>>;

const marks: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that neither HTML nor XML may hold, and halves of surrogate pairs. */
const unfit = /(?![\t\n\r])[\p{Cc}\p{Cs}\ufffe\uffff]/gu;

/** Text as it stands in HTML and SVG, in elements as in attributes; what cannot stand there becomes U+FFFD. */
export const escaped = (text: string): string =>
  text.replace(unfit, '\ufffd').replace(/[&<>"']/g, (mark) => marks[mark] as string);

/** Elements of HTML that have no end. */
const empty = new Set(['meta', 'br', 'hr', 'col']);

/**
 * An element of HTML or SVG, in a form that parsers of HTML and XML read alike. Attributes that are undefined are left out, and so are
 * children.
 */
export function element(name: string, attributes: Attributes = {}, ...children: readonly Child[]): Markup {
  const given = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escaped(typeof value === 'number' ? short(value) : String(value))}"`)
    .join('');
  if (empty.has(name)) return new Markup(`<${name}${given} />`);
  return new Markup(`<${name}${given}>${textOf(children)}</${name}>`);
}

/** The text of children, strings escaped. */
export function textOf(child: Child): string {
  if (child === undefined) return '';
  if (child instanceof Markup) return child.text;
  if (typeof child === 'string') return escaped(child);
  if (typeof child === 'number') return String(child);
  return child.map(textOf).join('');
}

/** Coordinates to a hundredth of a pixel: what is finer nobody sees, and it would be most of the file. */
const short = (value: number): string => String(Math.round(value * 100) / 100);

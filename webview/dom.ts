import { isSame } from './model/remembered';

/** The few helpers that the parts need to make and patch elements. Patching keeps focus and scroll where they are. */

type Attributes = Readonly<Record<string, string | boolean>>;
type Child = Node | string;

/** An element with attributes (true sets an empty one, false none) and children. Text never becomes markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/** An element of a drawing, with its attributes. Its class gives it colors: style attributes are forbidden by the policy. */
export function svg<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Node[]
): SVGElementTagNameMap[K] {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== false) element.setAttribute(name, value === true ? '' : value);
  }
  element.append(...children);
  return element;
}

/** Sets the text only where it differs: a live region speaks on every write. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

/** Sets or, with undefined, removes an attribute. */
export function setAttribute(element: Element, name: string, value: string | undefined): void {
  if (value === undefined) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Shows or hides. */
export function show(element: HTMLElement, shown: boolean): void {
  element.hidden = !shown;
}

const builtFrom = new WeakMap<Element, { source: unknown; key: string }>();

/**
 * Replaces the children only when what they are made from has changed. Where that is the very same objects they are not looked
 * into: a plan of a large model is long.
 */
export function rebuild(element: Element, source: unknown, children: () => Child[]): void {
  const before = builtFrom.get(element);
  if (before !== undefined && isSame(listOf(before.source), listOf(source))) return;
  const key = JSON.stringify(source) ?? '';
  builtFrom.set(element, { source, key });
  if (before?.key !== key) element.replaceChildren(...children());
}

/**
 * Gives an element these children. Those that are there already are not taken out, where their order is the same as before, so
 * that what has the focus or was scrolled in them stays so.
 *
 * @returns whether any came or went
 */
export function keepChildren(element: Element, children: readonly Element[]): boolean {
  const kept = new Set(children);
  const gone = [...element.children].filter((child) => !kept.has(child));
  gone.forEach((child) => child.remove());
  let changed = gone.length > 0;
  let next = element.firstElementChild;
  for (const child of children) {
    if (child === next) next = next.nextElementSibling;
    else {
      element.insertBefore(child, next);
      changed = true;
    }
  }
  return changed;
}

const listOf = (source: unknown): readonly unknown[] => (Array.isArray(source) ? source : [source]);

let lastId = 0;

/** An id that is unique on this page, for `aria-labelledby` and its like. */
export const uniqueId = (stem: string): string => `${stem}-${++lastId}`;

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

const builtFrom = new WeakMap<Element, string>();

/** Replaces the children only when what they are made from has changed. */
export function rebuild(element: Element, source: unknown, children: () => Child[]): void {
  const key = JSON.stringify(source) ?? '';
  if (builtFrom.get(element) === key) return;
  builtFrom.set(element, key);
  element.replaceChildren(...children());
}

let lastId = 0;

/** An id that is unique on this page, for `aria-labelledby` and its like. */
export const uniqueId = (stem: string): string => `${stem}-${++lastId}`;

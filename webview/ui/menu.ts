import { h, setAttribute, show, uniqueId } from '../dom';
import { placeBeside } from './popover';
import { button } from './toolkit';

export interface MenuItem {
  readonly label: string;
  readonly choose: () => void;
}
export interface MenuControl {
  readonly element: HTMLElement;
  setReason(reason: string | undefined): void;
}

/** A button with a menu under it, by the ARIA pattern: arrow keys, Home, End and first letters move, Escape closes. */
export function menu(label: string, items: readonly MenuItem[]): MenuControl {
  const id = uniqueId('menu');
  const opener = button(label, () => (list.hidden ? open(0) : close(true)));
  opener.element.append(h('span', { slot: 'end', 'aria-hidden': 'true' }, '▾'));
  const rows = items.map(({ label: text, choose }) => {
    const row = h('li', { role: 'menuitem', tabindex: '-1' }, text);
    row.addEventListener('click', () => {
      close(true);
      choose();
    });
    return row;
  });
  const list = h('ul', { id, class: 'menu', role: 'menu', 'aria-label': label, hidden: true }, ...rows);
  setAttribute(opener.element, 'aria-haspopup', 'menu');
  setAttribute(opener.element, 'aria-expanded', 'false');

  const focusAt = (index: number): void =>
    rows[(index + rows.length) % rows.length]?.focus({ preventScroll: true });
  const open = (index: number): void => {
    show(list, true);
    setAttribute(opener.element, 'aria-expanded', 'true');
    placeBeside(list, opener.element.getBoundingClientRect());
    focusAt(index);
  };
  const close = (withFocus: boolean): void => {
    if (list.hidden) return;
    show(list, false);
    setAttribute(opener.element, 'aria-expanded', 'false');
    if (withFocus) opener.element.focus();
  };

  opener.element.addEventListener('keydown', (event) => {
    if (!list.hidden || (event.key !== 'ArrowDown' && event.key !== 'ArrowUp')) return;
    event.preventDefault();
    open(event.key === 'ArrowDown' ? 0 : -1);
  });
  list.addEventListener('keydown', (event) => {
    const at = rows.findIndex((row) => row === document.activeElement);
    const to = targetOf(event.key, at, rows);
    if (to !== undefined) focusAt(to);
    else if (event.key === 'Enter' || event.key === ' ') rows[at]?.click();
    else if (event.key === 'Escape') close(true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener('focusout', (event) => {
    const { relatedTarget } = event;
    if (relatedTarget instanceof Node && list.contains(relatedTarget)) return;
    // A click on the button itself closes by its own.
    if (relatedTarget !== opener.element) close(false);
  });
  const follow = (): void => {
    if (!list.hidden) placeBeside(list, opener.element.getBoundingClientRect());
  };
  window.addEventListener('scroll', follow, { capture: true, passive: true });
  window.addEventListener('resize', follow);

  return {
    element: h('span', { class: 'menu-box' }, opener.element, list),
    setReason: (reason) => opener.setReason(reason),
  };
}

/** Where a key moves the focus to among the items; undefined for keys that do not move it. */
function targetOf(key: string, at: number, rows: readonly HTMLElement[]): number | undefined {
  if (key === 'ArrowDown') return at + 1;
  if (key === 'ArrowUp') return at - 1;
  if (key === 'Home') return 0;
  if (key === 'End') return rows.length - 1;
  if (key.length !== 1 || key === ' ') return undefined;
  const turned = [...rows.slice(at + 1), ...rows.slice(0, at + 1)];
  const found = turned.find((row) => row.textContent?.toLowerCase().startsWith(key.toLowerCase()));
  return found && rows.indexOf(found);
}

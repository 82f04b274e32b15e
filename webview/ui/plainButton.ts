import { h, setAttribute, setText } from '../dom';

export interface PlainButton {
  readonly element: HTMLButtonElement;
  setLabel(label: string): void;
  /** A reason disables the button and becomes its tooltip. */
  setReason(reason: string | undefined): void;
  setPrimary(primary: boolean): void;
}

/**
 * A push button of the browser's own, in VS Code's colors: for small pages, which need not load the toolkit.
 * @param kind a link looks like one and does what a button does
 */
export function plainButton(
  label: string,
  press: () => void,
  kind: 'button' | 'link' = 'button',
): PlainButton {
  const element = h('button', { type: 'button', class: kind }, label);
  element.addEventListener('click', press);
  return {
    element,
    setLabel: (text) => setText(element, text),
    setReason: (reason) => {
      element.disabled = reason !== undefined;
      setAttribute(element, 'title', reason);
    },
    setPrimary: (primary) => element.classList.toggle('primary', primary),
  };
}

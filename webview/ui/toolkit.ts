import './styleNonce';
import {
  provideVSCodeDesignSystem,
  vsCodeButton,
  vsCodeCheckbox,
  vsCodeDropdown,
  vsCodeOption,
  vsCodeProgressRing,
  type Button,
  type Checkbox,
  type Dropdown,
} from '@vscode/webview-ui-toolkit';
import { h, rebuild, setAttribute, setText, uniqueId } from '../dom';

/**
 * The controls of the page. The toolkit behind them is archived upstream; nothing outside this folder names it, so that
 * it can be replaced here alone.
 */
export function registerControls(): void {
  provideVSCodeDesignSystem().register(
    vsCodeButton(),
    vsCodeCheckbox(),
    vsCodeDropdown(),
    vsCodeOption(),
    vsCodeProgressRing(),
  );
}

export interface ButtonControl {
  readonly element: HTMLElement;
  setLabel(label: string): void;
  /** A reason disables the button and becomes its tooltip; without one the tooltip is a hint, where there is one. */
  setReason(reason: string | undefined, hint?: string): void;
  setPrimary(primary: boolean): void;
}

/** A push button; secondary until told otherwise. */
export function button(label: string, press: () => void): ButtonControl {
  const element = document.createElement('vscode-button') as Button;
  element.appearance = 'secondary';
  element.textContent = label;
  let against: string | undefined;
  element.addEventListener('click', () => {
    // The host element gets clicks on its padding even while the button inside is disabled.
    if (against === undefined) press();
  });
  element.addEventListener('focusout', () => (element.disabled = against !== undefined));
  return {
    element,
    setLabel: (text) => setText(element, text),
    setReason: (reason, hint) => {
      against = reason;
      // One that is disabled under the reader's hand would drop the focus: it waits until it is left.
      element.disabled = reason !== undefined && document.activeElement !== element;
      setAttribute(element, 'aria-disabled', reason === undefined ? undefined : 'true');
      setAttribute(element, 'title', reason ?? hint);
    },
    // The property, not the attribute: the toolkit writes it over the attribute when it connects.
    setPrimary: (primary) => {
      element.appearance = primary ? 'primary' : 'secondary';
    },
  };
}

export interface Option {
  readonly value: string;
  readonly label: string;
  /** Why it cannot be chosen; it is listed all the same. */
  readonly reason?: string | undefined;
}
export interface DropdownControl {
  readonly element: HTMLElement;
  set(options: readonly Option[], chosen: string): void;
  setReason(reason: string | undefined): void;
}

/** A labelled dropdown. */
export function dropdown(label: string, choose: (value: string) => void): DropdownControl {
  const id = uniqueId('dropdown-label');
  const control = document.createElement('vscode-dropdown') as Dropdown;
  control.setAttribute('aria-labelledby', id);
  control.addEventListener('change', () => choose(control.value));
  return {
    element: h('div', { class: 'labelled' }, h('span', { id }, label), control),
    set: (options, chosen) => {
      rebuild(control, options, () =>
        options.map((option) => optionElement(option, option.value === chosen)),
      );
      const select = (): void => {
        // Before its first rendering the control knows no options and takes the one with the attribute instead.
        if (control.isConnected && control.options.length > 0 && control.value !== chosen)
          control.value = chosen;
      };
      select();
      // It learns of new options only later, and then keeps the place of the old one in the list.
      requestAnimationFrame(select);
    },
    setReason: (reason) => {
      control.disabled = reason !== undefined;
      setAttribute(control, 'title', reason);
    },
  };
}

function optionElement(option: Option, selected: boolean): HTMLElement {
  const element = document.createElement('vscode-option');
  element.setAttribute('value', option.value);
  if (selected) element.setAttribute('selected', '');
  if (option.reason !== undefined) {
    element.setAttribute('disabled', '');
    element.setAttribute('title', option.reason);
  }
  element.textContent = option.label;
  return element;
}

export interface CheckboxControl {
  readonly element: HTMLElement;
  set(checked: boolean): void;
}

/** A labelled checkbox. */
export function checkbox(label: string, toggle: (checked: boolean) => void): CheckboxControl {
  const element = document.createElement('vscode-checkbox') as Checkbox;
  element.textContent = label;
  let setting = false;
  element.addEventListener('change', () => {
    // The toolkit also fires this when its state is set from here.
    if (!setting) toggle(element.checked);
  });
  return {
    element,
    set: (checked) => {
      setting = true;
      element.checked = checked;
      setting = false;
    },
  };
}

/** A short word on a colored ground. Not the toolkit's: its badge has a style attribute, which the policy forbids. */
export const badge = (text: string): HTMLElement => h('span', { class: 'badge' }, text);

/** A turning ring. It is decoration beside a text: the toolkit would announce it as an alert. */
export function progressRing(): HTMLElement {
  return h('span', { class: 'ring', 'aria-hidden': 'true' }, document.createElement('vscode-progress-ring'));
}

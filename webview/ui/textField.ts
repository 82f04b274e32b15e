import { h, setAttribute, uniqueId } from '../dom';

export interface TextFieldControl {
  readonly element: HTMLElement;
  readonly input: HTMLInputElement;
  /** What stands in it, unless the reader wrote something else. */
  set(text: string): void;
  /** What stands in it, whatever the reader wrote. */
  reset(text: string): void;
  /** Whether the reader wrote something that was not yet taken over. */
  readonly isDirty: boolean;
  setReadOnly(readOnly: boolean): void;
  /** A sentence marks the field as wrong; its element is named for screen readers by `describedBy`. */
  setWrong(wrong: boolean, describedBy: string): void;
}

/**
 * A labelled field of one line. Enter takes over what was written, Escape takes it back; leaving it does neither. Not the
 * toolkit's: that one hands neither `aria-invalid` nor `aria-describedby` to the input inside it.
 *
 * @param deeds `written` is called when what stands in the field changes by the reader's hand
 */
export function textField(
  label: string,
  hint: string,
  deeds: { readonly enter: () => void; readonly written: () => void },
): TextFieldControl {
  const id = uniqueId('field');
  const input = h('input', {
    id,
    class: 'field',
    type: 'text',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'no limit',
    title: hint,
  });
  let taken = '';
  input.addEventListener('keydown', (event) => {
    if (event.key === 'Enter') deeds.enter();
    else if (event.key === 'Escape' && input.value !== taken) {
      input.value = taken;
      deeds.written();
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  input.addEventListener('input', deeds.written);
  return {
    element: h('span', { class: 'field-box' }, h('label', { for: id }, label), input),
    input,
    get isDirty() {
      return input.value !== taken;
    },
    set: (text) => {
      const isWritten = input.value !== taken;
      taken = text;
      if (!isWritten && input.value !== text) input.value = text;
    },
    reset: (text) => {
      taken = text;
      if (input.value !== text) input.value = text;
    },
    setReadOnly: (readOnly) => {
      if (input.readOnly !== readOnly) input.readOnly = readOnly;
    },
    setWrong: (wrong, describedBy) => {
      setAttribute(input, 'aria-invalid', wrong ? 'true' : undefined);
      setAttribute(input, 'aria-describedby', wrong ? describedBy : undefined);
    },
  };
}

import { h, setAttribute, setText, uniqueId } from '../dom';

export interface SliderControl {
  readonly element: HTMLElement;
  /**
   * @param value from 0 to `most`
   * @param text of the value, which stands beside it and is read aloud
   */
  set(value: number, most: number, text: string): void;
}

/**
 * A labelled slider over whole numbers from 0. The toolkit has none: this is the platform's, with its keys — arrows, Page Up
 * and Page Down, Home and End.
 */
export function slider(label: string, slide: (value: number) => void): SliderControl {
  const id = uniqueId('slider');
  const input = h('input', { id, type: 'range', min: '0', step: '1' });
  const said = h('output', { for: id });
  input.addEventListener('input', () => slide(Number(input.value)));
  return {
    element: h('div', { class: 'labelled slider' }, h('label', { for: id }, label), input, said),
    set: (value, most, text) => {
      setAttribute(input, 'max', String(most));
      if (input.value !== String(value)) input.value = String(value);
      setAttribute(input, 'aria-valuetext', text);
      setText(said, text);
      input.disabled = most === 0;
    },
  };
}

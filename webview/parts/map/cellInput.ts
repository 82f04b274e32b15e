import { h, setAttribute, setText, show, uniqueId } from '../../dom';
import { placeBeside } from '../../ui/popover';

/** What is asked for in a cell. */
export interface CellQuestion {
  readonly cell: HTMLElement;
  /** "Rank of layer 3 q, 0 to 512." */
  readonly title: string;
  /** What stands there now, or what was typed to open it. */
  readonly text: string;
  readonly isTyped: boolean;
  /** Takes what was typed: a sentence where it is wrong, else undefined and the input is closed. */
  readonly take: (text: string) => string | undefined;
}

export interface CellInput {
  /** The note beside the input: what it is for, and what is wrong. */
  readonly element: HTMLElement;
  readonly isOpen: boolean;
  open(question: CellQuestion): void;
  follow(): void;
  close(): void;
}

/**
 * The input inside a cell. Enter takes what stands in it, leaving what was written, Escape forgets it; the cell has the focus
 * again after. What is wrong when it is left is dropped, and a note beside the cell says so until the next key or click.
 */
export function cellInput(): CellInput {
  const id = uniqueId('cell-note');
  const what = h('div');
  const wrong = h('div', { class: 'wrong', role: 'alert' });
  const element = h('div', { id, class: 'tip', hidden: true }, what, wrong);
  let asked: { question: CellQuestion; input: HTMLInputElement; written: boolean } | undefined;

  const close = (): void => {
    const before = asked;
    asked = undefined;
    before?.input.remove();
    show(element, false);
  };
  const back = (): void => {
    const cell = asked?.question.cell;
    close();
    cell?.focus({ preventScroll: true });
  };
  /** The reader is elsewhere already, perhaps in a dialog: the input must not stay, nor go without a word. */
  const drop = (sentence: string): void => {
    if (!asked) return;
    const { question, input } = asked;
    const text = input.value.trim();
    close();
    setText(what, '');
    setText(wrong, `${text === '' ? 'Nothing' : `“${text}”`} was not taken. ${sentence}`);
    show(element, true);
    placeBeside(element, question.cell.getBoundingClientRect());
    // On the way down: the click that has left the input is past that.
    for (const event of ['pointerdown', 'keydown'] as const)
      window.addEventListener(event, forget, { capture: true });
  };
  const forget = (): void => {
    for (const event of ['pointerdown', 'keydown'] as const)
      window.removeEventListener(event, forget, { capture: true });
    if (!asked) show(element, false);
  };
  const take = (whenTaken: () => void, whenWrong: (sentence: string) => void): void => {
    if (!asked) return;
    const { question, input } = asked;
    const sentence = question.take(input.value);
    if (sentence === undefined) whenTaken();
    else whenWrong(sentence);
  };
  const complain = (sentence: string): void => {
    if (!asked) return;
    setAttribute(asked.input, 'aria-invalid', 'true');
    setText(wrong, sentence);
    placeBeside(element, asked.question.cell.getBoundingClientRect());
  };

  return {
    element,
    get isOpen() {
      return asked !== undefined;
    },
    open: (question) => {
      close();
      const { cell, title, text, isTyped } = question;
      const input = h('input', {
        class: 'cell-input',
        type: 'text',
        inputmode: 'numeric',
        autocomplete: 'off',
        'aria-label': title,
        'aria-describedby': id,
      });
      input.value = text;
      setText(what, title);
      setText(wrong, '');
      cell.append(input);
      asked = { question, input, written: isTyped };
      show(element, true);
      placeBeside(element, cell.getBoundingClientRect());
      input.focus({ preventScroll: true });
      if (!isTyped) input.select();
      input.addEventListener('keydown', (event) => {
        if (event.key === 'Enter') take(back, complain);
        else if (event.key === 'Escape') back();
        // What edits the text is the input's, what leaves it (Tab) or is VS Code's is not.
        else if (event.ctrlKey || event.metaKey || event.key === 'Tab') return;
        else return event.stopPropagation();
        event.preventDefault();
        event.stopPropagation();
      });
      input.addEventListener('input', () => {
        if (asked) asked.written = true;
        setAttribute(input, 'aria-invalid', undefined);
        setText(wrong, '');
      });
      input.addEventListener('blur', () => {
        if (asked?.input !== input) return;
        // What nobody wrote must not become the value of all the cells that are selected.
        if (asked.written) take(close, drop);
        else close();
      });
    },
    follow: () => {
      if (asked) placeBeside(element, asked.question.cell.getBoundingClientRect());
    },
    close,
  };
}

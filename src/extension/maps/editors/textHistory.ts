/** One change of a text, with the text before or after it. */
interface Step {
  readonly label: string;
  readonly text: string;
}

/** Changes that are told of; VS Code itself may know more. */
const most = 50;

/** What a change is called that was made elsewhere: in the text, or by another program. */
export const otherEdit = 'an edit of the text';

/**
 * What VS Code's undo takes back of a text, in words. VS Code keeps the changes itself and tells nobody which there are, so they
 * are followed by what the text was: several keys that it takes back at once are one step here too.
 */
export class TextHistory {
  /** The newest last; each has the text before it. */
  private past: Step[] = [];
  /** The next to come again last; each has the text after it. */
  private future: Step[] = [];
  private announced: string | undefined;

  constructor(private text: string) {}

  get undo(): string | undefined {
    return this.past.at(-1)?.label;
  }

  get redo(): string | undefined {
    return this.future.at(-1)?.label;
  }

  /** What the next change is called; undefined takes it back where none came of it. */
  announce(label: string | undefined): void {
    this.announced = label;
  }

  /** The text has changed. @param way undefined where it was an edit */
  changed(text: string, way: 'undo' | 'redo' | undefined): void {
    const before = this.text;
    if (text === before) return;
    this.text = text;
    if (way === undefined) this.edited(before);
    else if (way === 'undo') [this.past, this.future] = moved(this.past, this.future, before, text);
    else [this.future, this.past] = moved(this.future, this.past, before, text);
  }

  private edited(before: string): void {
    const label = this.announced ?? otherEdit;
    this.announced = undefined;
    this.future = [];
    // VS Code takes what is typed in a row back at once.
    if (label === otherEdit && this.undo === otherEdit) return;
    this.past = [...this.past, { label, text: before }].slice(-most);
  }
}

/** The steps from one text to another go from one end to the other end; a text that is in between moves none. */
function moved(from: readonly Step[], to: readonly Step[], before: string, text: string): [Step[], Step[]] {
  const place = from.findLastIndex((step) => step.text === text);
  if (place < 0) return [[...from], [...to]];
  const taken = from.slice(place);
  const others = taken.map(({ label }, index): Step => ({ label, text: taken[index + 1]?.text ?? before }));
  return [from.slice(0, place), [...to, ...others.toReversed()]];
}

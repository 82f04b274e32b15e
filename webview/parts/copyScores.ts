import { h, setText } from '../dom';
import { scoresCsv } from '../model/csv';
import type { PageView } from '../model/view';
import { button } from '../ui/toolkit';
import type { Part } from './part';

const shownForMilliseconds = 3000;

/** Copies all module scores as CSV and says so. */
export function copyScores(): Part {
  let latest: PageView | undefined;
  const said = h('span', { class: 'quiet', role: 'status' });
  const copy = button('Copy as CSV', () => {
    if (latest) void write(scoresCsv(latest.run)).then(tell);
  });
  const tell = (sentence: string): void => {
    setText(said, sentence);
    setTimeout(() => setText(said, ''), shownForMilliseconds);
  };
  return {
    element: h('span', { class: 'row' }, copy.element, said),
    update: (view) => {
      latest = view;
      const scored = view.run.tasks.some((task) => task.scores.length > 0);
      copy.setReason(scored ? undefined : 'There are no scores yet.');
    },
  };
}

async function write(text: string): Promise<string> {
  try {
    await navigator.clipboard.writeText(text);
    return 'Copied.';
  } catch {
    // Refused where the page has no focus, or by a browser that hosts VS Code.
    return 'The clipboard refused. Click the page and try again.';
  }
}

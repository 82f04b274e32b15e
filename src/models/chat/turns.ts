import { lineError } from '../lineFields';
import type { Message } from './messages';

/** A conversation as text, and which of it the assistant says. */
export interface Transcript {
  readonly text: string;
  /** Start and end of each of its turns in `text`, with the tokens that end the turn. */
  readonly spoken: readonly (readonly [start: number, end: number])[];
}

/** Writes turns down; with the assistant's next turn begun at the end, where `opened`. */
export type Render = (messages: readonly Message[], opened: boolean) => string;

/**
 * Finds the assistant's turns by rendering prefixes of the conversation: what comes after the turns before it, with the
 * assistant's turn begun, up to the end of the turns with it.
 *
 * @throws LabError data-line-invalid where there is no such turn, or the template writes a turn otherwise in a prefix
 */
export function transcript(messages: readonly Message[], render: Render, where: string): Transcript {
  const text = render(messages, false);
  const spoken = messages.flatMap((message, index): (readonly [number, number])[] => {
    if (message.role !== 'assistant') return [];
    const span = spanOf(messages, index, text, render);
    if (span !== undefined) return [span];
    throw lineError(
      `${where}: turn ${index + 1}`,
      'the chat template writes it otherwise once turns follow, so that it cannot be found',
    );
  });
  if (spoken.length === 0) throw lineError(where, 'the conversation has no turn of the assistant');
  return { text, spoken };
}

function spanOf(
  messages: readonly Message[],
  index: number,
  text: string,
  render: Render,
): readonly [number, number] | undefined {
  const opened = render(messages.slice(0, index), true);
  const start = commonLength(opened, text);
  // Some templates open a turn with what only the last one has, such as an empty thought.
  if (start < opened.length && !text.startsWith(render(messages.slice(0, index), false))) return undefined;
  const through = render(messages.slice(0, index + 1), false);
  if (start <= through.length && text.startsWith(through)) return [start, through.length];
  // Qwen 3 drops the thoughts of all turns but the last, so that a turn is shorter once others follow.
  const content = messages[index]?.content?.trim() ?? '';
  const at = through.lastIndexOf(content);
  if (content === '' || at < 0) return undefined;
  const said = through.slice(at);
  return text.startsWith(said, start) ? [start, start + said.length] : undefined;
}

/** How many characters two texts begin with in common. */
function commonLength(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

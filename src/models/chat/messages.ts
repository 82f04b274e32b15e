import type { TaskSource } from '../../shared/taskSource';
import { lineError, type Line } from '../lineFields';
import { isRecord } from '../rows/rows';

/** One turn of a conversation; whatever else a row says of it (`name`, `tool_calls`) goes to the template as it is. */
export interface Message extends Line {
  readonly role: string;
  readonly content: string | null;
}

/** Who speaks, as ShareGPT and those after it name them, and what chat templates call them. */
const rolesOf = new Map([
  ['human', 'user'],
  ['user', 'user'],
  ['gpt', 'assistant'],
  ['assistant', 'assistant'],
  ['chatgpt', 'assistant'],
  ['bot', 'assistant'],
  ['model', 'assistant'],
  ['system', 'system'],
  ['tool', 'tool'],
  ['observation', 'tool'],
]);

/**
 * Whether a row is trained on as a conversation: one of causal-lm that lists `messages` or `conversations`, and has no text
 * in the column that the task names.
 */
export const isConversation = (line: Line, { kind, text, prompt }: TaskSource): boolean =>
  kind === 'causal-lm' &&
  prompt === undefined &&
  typeof line[text] !== 'string' &&
  (Array.isArray(line['messages']) || Array.isArray(line['conversations']));

/**
 * The turns of a conversation: `messages` of `{role, content}` (OpenAI's form), else `conversations` of `{from, value}`
 * (ShareGPT's).
 *
 * @throws LabError data-line-invalid
 */
export function messagesOf(line: Line, where: string): Message[] {
  const { messages, conversations } = line;
  const turns = (Array.isArray(messages) ? messages : conversations) as unknown[];
  return turns.map((turn, index) => {
    const place = `${where}: turn ${index + 1}`;
    if (!isRecord(turn)) throw lineError(place, 'it is not an object with role and content');
    return 'role' in turn ? openAi(turn, place) : shareGpt(turn, place);
  });
}

function openAi(turn: Line, place: string): Message {
  const { role, content, ...rest } = turn;
  if (typeof role !== 'string') throw lineError(place, '"role" must be a text');
  // A Parquet file has every field in every turn, and null where a turn has none.
  const given = Object.entries(rest).filter(([, value]) => value !== null);
  const words = contentOf(content);
  if (words === undefined || (words === null && given.length === 0)) {
    throw lineError(place, '"content" must be a text, or a list of texts');
  }
  return { ...Object.fromEntries(given), role, content: words };
}

/** A text; the texts of parts, which is how OpenAI writes turns that may have images too; null in a call of a tool. */
function contentOf(content: unknown): string | null | undefined {
  if (typeof content === 'string') return content;
  if (content === null || content === undefined) return null;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part: unknown) =>
    isRecord(part) && part['type'] === 'text' && typeof part['text'] === 'string' ? part['text'] : undefined,
  );
  return texts.includes(undefined) ? undefined : texts.join('');
}

function shareGpt({ from, value }: Line, place: string): Message {
  const role = typeof from === 'string' ? rolesOf.get(from) : undefined;
  if (role === undefined) {
    const known = [...rolesOf.keys()].join(', ');
    throw lineError(place, `"from" is ${JSON.stringify(from) ?? 'absent'}, which is none of ${known}`);
  }
  if (typeof value !== 'string') throw lineError(place, '"value" must be a text');
  return { role, content: value };
}

import { LabError } from '../../shared/errors';
import { lineError, type Line } from '../lineFields';
import type { Sample } from '../samples';
import { finished, ignored } from '../targets';
import type { TextTokenizer } from '../tokenizer';
import { messagesOf, type Message } from './messages';
import { transcript } from './turns';

/**
 * A conversation, trained on what the assistant says and on the tokens that end its turns. The template writes every special
 * token, so the tokenizer adds none.
 *
 * @param maxLength tokens after which the conversation is cut
 * @throws LabError tokenizer-missing, tokenizer-invalid, data-line-invalid
 */
export function chatSample(line: Line, tokenizer: TextTokenizer, maxLength: number, where: string): Sample {
  const template = tokenizer.chat;
  if (template === undefined) {
    throw new LabError(
      'tokenizer-missing',
      `${where} is a conversation, but the model folder has no chat template.`,
      'Add the chat_template.jinja of the instruction-tuned model to the folder, or give columns of text and a prompt.',
    );
  }
  const render = (messages: readonly Message[], opened: boolean): string => {
    try {
      return template.render(messages, opened, line['tools']);
    } catch (error) {
      if (error instanceof LabError) throw error;
      const message = error instanceof Error ? error.message : String(error);
      throw lineError(where, `the chat template refuses the conversation: ${message}`);
    }
  };
  const { text, spoken } = transcript(messagesOf(line, where), render, where);
  const ids = tokenizer.encodePlain(text);
  const targets = ids.map(() => ignored);
  for (const [start, end] of spoken) {
    const to = tokensBefore(text, end, ids, tokenizer);
    for (let at = tokensBefore(text, start, ids, tokenizer); at < to; at++) targets[at] = ids[at] as number;
  }
  return finished(ids, targets, maxLength, where);
}

/** How many of a text's tokens end by that character; a token across it does not. */
function tokensBefore(text: string, end: number, ids: readonly number[], tokenizer: TextTokenizer): number {
  if (end === text.length) return ids.length;
  const before = tokenizer.encodePlain(text.slice(0, end));
  const other = before.findIndex((id, index) => id !== ids[index]);
  return other < 0 ? before.length : other;
}

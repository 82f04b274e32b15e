import { LabError } from '../../shared/errors';
import { isRecord } from '../rows/rows';
import { parseTemplate, renderBounded } from './boundedTemplate';
import type { Message } from './messages';

/** How a model's folder writes conversations down. */
export interface ChatTemplate {
  /**
   * @param opened whether the assistant's next turn is begun at the end (`add_generation_prompt`)
   * @param tools descriptions of the tools that it may call, where the row has any
   * @throws LabError tokenizer-invalid where the template itself is broken
   * @throws Error of the template's own, about the conversation
   */
  render(messages: readonly Message[], opened: boolean, tools?: unknown): string;
}

/** The special tokens that a template may name. */
const tokenNames = [
  'bos_token',
  'eos_token',
  'pad_token',
  'unk_token',
  'sep_token',
  'cls_token',
  'mask_token',
];

/**
 * A Jinja template as `transformers` renders it (`apply_chat_template`). It is parsed when it is first used: a model whose
 * template cannot be parsed can still be scored on plain text.
 *
 * @param config the folder's tokenizer_config.json
 * @param file where the template stands, for messages
 */
export function chatTemplate(
  source: string,
  config: Readonly<Record<string, unknown>>,
  file: string,
): ChatTemplate {
  const tokens = Object.fromEntries(
    tokenNames.flatMap((name) => {
      const token = config[name];
      const content = isRecord(token) ? token['content'] : token;
      return typeof content === 'string' ? [[name, content]] : [];
    }),
  );
  let parsed: ReturnType<typeof parseTemplate> | undefined;
  return {
    render: (messages, opened, tools) => {
      parsed ??= parse(source, file);
      return renderBounded(parsed, {
        ...tokens,
        messages,
        add_generation_prompt: opened,
        // The library's own tells today's date: the same data would be other samples tomorrow.
        strftime_now: dayOfData,
        ...(Array.isArray(tools) ? { tools } : {}),
      });
    },
  };
}

/**
 * The template of a folder: `chat_template.jinja`, else `chat_template` of tokenizer_config.json, where there may be several
 * by name and `default` is the one for conversations.
 */
export function templateSource(
  jinja: string | undefined,
  config: Readonly<Record<string, unknown>>,
): string | undefined {
  if (jinja !== undefined) return jinja;
  const written = config['chat_template'];
  const chosen: unknown = Array.isArray(written)
    ? (written as unknown[]).find((entry) => isRecord(entry) && entry['name'] === 'default')
    : { template: written };
  const template = isRecord(chosen) ? chosen['template'] : undefined;
  return typeof template === 'string' ? template : undefined;
}

function parse(source: string, file: string): ReturnType<typeof parseTemplate> {
  try {
    return parseTemplate(source);
  } catch (error) {
    throw new LabError(
      'tokenizer-invalid',
      `The chat template in ${file} cannot be parsed: ${error instanceof Error ? error.message : String(error)}.`,
      'Take the template of the model as it was published.',
      { cause: error },
    );
  }
}

/** The day that Llama 3's template falls back to, for every template that asks for the date. */
function dayOfData(format: unknown): string {
  const day: Readonly<Record<string, string>> = {
    Y: '2024',
    y: '24',
    m: '07',
    B: 'July',
    b: 'Jul',
    d: '26',
    A: 'Friday',
    a: 'Fri',
    H: '00',
    M: '00',
    S: '00',
    '%': '%',
  };
  return String(format).replace(/%(.)/g, (whole, letter: string) => day[letter] ?? whole);
}

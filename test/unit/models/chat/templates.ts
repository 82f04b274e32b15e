import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { sampleModel } from '../startingTokenizer';

/** The form of Qwen 2, SmolLM and many others. */
export const chatMl = `{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}`;

/** As Qwen 3 has it: the last turn has a thought, earlier turns lose theirs. */
export const lastTurnThinks = `{%- for message in messages %}
{%- if message.role == 'assistant' and loop.last %}
{{- '<|im_start|>assistant\\n<think>\\n\\n</think>\\n\\n' + message.content + '<|im_end|>\\n' }}
{%- else %}
{{- '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}
{%- endif %}
{%- endfor %}
{%- if add_generation_prompt %}{{- '<|im_start|>assistant\\n' }}{%- endif %}`;

/** As Mistral and Gemma have it: tokens of the tokenizer by name, and roles that must alternate. */
export const alternating = `{{ bos_token }}{% for message in messages %}{% if (message['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant') }}{% endif %}{% if message['role'] == 'user' %}{{ '[INST] ' + message['content'] + ' [/INST]' }}{% else %}{{ ' ' + message['content'] | trim + eos_token }}{% endif %}{% endfor %}`;

/** A folder with the sample's tokenizer and these files and keys of tokenizer_config.json beside it. */
export async function folderWith(
  folder: string,
  config: Readonly<Record<string, unknown>>,
  jinja?: string,
): Promise<string> {
  await mkdir(folder, { recursive: true });
  await copyFile(path.join(sampleModel, 'tokenizer.json'), path.join(folder, 'tokenizer.json'));
  await writeFile(path.join(folder, 'tokenizer_config.json'), JSON.stringify(config));
  if (jinja !== undefined) await writeFile(path.join(folder, 'chat_template.jinja'), jinja);
  return folder;
}

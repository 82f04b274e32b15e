import type { Export } from './export';
import { isEmpty, loraFile } from './lora';
import { loraLosses } from './losses';

/** A call of PEFT's `LoraConfig`, to be pasted into a script. */
export const exportPython: Export = (planned, { baseModel }) => {
  const { r, lora_alpha, target_modules, rank_pattern, alpha_pattern, task_type } = loraFile(planned);
  const rows = [
    `base_model_name_or_path=${quoted(baseModel)}`,
    ...(typeof task_type === 'string' ? [`task_type=${quoted(task_type)}`] : []),
    `r=${r}`,
    `lora_alpha=${lora_alpha}`,
    `target_modules=[\n${target_modules.map((name) => `        ${quoted(name)},\n`).join('')}    ]`,
    ...(isEmpty(rank_pattern) ? [] : [`rank_pattern=${dictionary(rank_pattern)}`]),
    ...(isEmpty(alpha_pattern) ? [] : [`alpha_pattern=${dictionary(alpha_pattern)}`]),
  ];
  const call = `LoraConfig(\n${rows.map((row) => `    ${row},\n`).join('')})`;
  return {
    text: `from peft import LoraConfig\n\nconfig = ${call}\n`,
    losses: loraLosses(planned, 'PEFT'),
  };
};

/** JSON's strings are Python's as well. */
const quoted = (text: string): string => JSON.stringify(text);

const dictionary = (pattern: Readonly<Record<string, number>>): string =>
  `{\n${Object.entries(pattern)
    .map(([key, value]) => `        ${quoted(key)}: ${value},\n`)
    .join('')}    }`;

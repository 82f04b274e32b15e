import type { ModelFolder } from '../../files/modelFolder';
import type { ModelSpec } from '../spec';
import { bert, roberta } from './bert';
import { distilbert } from './distilbert';
import { gemma, gemma2, gemma3 } from './gemma';
import { gpt2 } from './gpt2';
import { gptNeox } from './gptNeox';
import { llama, mistral, qwen2, qwen3, smollm3 } from './llama';
import { opt } from './opt';
import { phi, phi3 } from './phi';
import { vit } from './vit';

/**
 * How each `model_type` becomes a description of its blocks. The same names as in files/families.ts, which knows the
 * tensors of the layers alone; a test compares the two.
 */
export const specs: Readonly<Record<string, (folder: ModelFolder) => ModelSpec>> = {
  bert,
  camembert: roberta,
  distilbert,
  gemma,
  gemma2,
  gemma3,
  gemma3_text: gemma3,
  gpt2,
  gpt_neox: gptNeox,
  llama,
  mistral,
  opt,
  phi,
  phi3,
  qwen2,
  qwen3,
  roberta,
  smollm3,
  vit,
  'xlm-roberta': roberta,
};

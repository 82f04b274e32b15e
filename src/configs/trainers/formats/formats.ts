import type { TrainerConfig } from '../description';
import { axolotl } from './axolotl';
import type { Format } from './format';
import { llamaFactory } from './llamaFactory';
import { llamaFactoryV1 } from './llamaFactoryV1';
import { ludwig } from './ludwig';
import { peft } from './peft';
import { pythonFormats } from './python';
import { torchtune } from './torchtune';
import { trl } from './trl';
import { unsloth } from './unsloth';

/** The formats of whole files. No two claim one file; a test holds them to that. */
export const jsonFormats: readonly Format[] = [peft, llamaFactory];
export const yamlFormats: readonly Format[] = [
  axolotl,
  llamaFactory,
  llamaFactoryV1,
  torchtune,
  unsloth,
  ludwig,
  trl,
];

/** The format by which a config was read. Of Python's calls, unsloth's has defaults of its own. */
export function formatOf({ format: id, keys }: TrainerConfig): Format | undefined {
  if (id === 'python') return keys.lastLayers ? pythonFormats.get_peft_model : pythonFormats.LoraConfig;
  return [...jsonFormats, ...yamlFormats].find((format) => format.id === id);
}

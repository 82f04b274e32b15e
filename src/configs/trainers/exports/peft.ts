import { sortedJson } from '../../../peft/folder';
import type { Export } from './export';
import { loraFile } from './lora';
import { loraLosses } from './losses';

/** `adapter_config.json`, as PEFT writes it. */
export const exportPeft: Export = (planned) => ({
  text: `${sortedJson(loraFile(planned))}\n`,
  losses: loraLosses(planned, 'PEFT'),
});

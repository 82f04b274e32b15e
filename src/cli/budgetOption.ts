import type { Budget } from '../shared/words';
import { countSchema, layersSchema } from '../configs/experiment/quantity';

/** `layers=25%` as a budget, or what is wrong with it in one sentence. Quantities are written as in an experiment. */
export function parseBudgetOption(text: string): Budget | string {
  const [key = '', value = ''] = text.split('=', 2);
  const written: unknown = /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  if (key === 'layers') {
    const layers = layersSchema.safeParse(written);
    return layers.success ? { layers: layers.data } : 'layers is a share such as 25%, or a number.';
  }
  if (key === 'parameters' || key === 'experts') {
    const count = countSchema.safeParse(written);
    return count.success ? { [key]: count.data } : `${key} is a number such as 48, 200k or 1.5M.`;
  }
  if (key === 'megabytes') {
    return typeof written === 'number' && written > 0
      ? { megabytes: written }
      : 'megabytes is a number above 0.';
  }
  return 'It must be layers=, parameters=, experts= or megabytes=.';
}

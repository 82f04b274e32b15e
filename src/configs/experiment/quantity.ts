import * as z from 'zod';
import { parseCount, parseLayers, parseShare } from '../../shared/quantity';

/** Quantities in an experiment (shared/quantity.ts), as zod reads them. */
const written = z.union([z.number(), z.string()]);

/** A count in a file; the parsed value is the number. */
export const countSchema = written.transform((value, context) => {
  const count = parseCount(value);
  if (count !== undefined) return count;
  context.addIssue({ code: 'custom', message: 'must be a whole number from 1, such as 48, 200k or 1.5M' });
  return z.NEVER;
});

/** A share or number of layers in a file. */
export const layersSchema = written.transform((value, context) => {
  const layers = parseLayers(value);
  if (layers !== undefined) return layers;
  context.addIssue({
    code: 'custom',
    message: 'must be a share such as 25% or a number of layers such as 8',
  });
  return z.NEVER;
});

/** A confidence in a file, as a share. */
export const confidenceSchema = written.transform((value, context) => {
  const share = parseShare(value);
  if (share !== undefined) return share;
  context.addIssue({ code: 'custom', message: 'must be a share such as 95%' });
  return z.NEVER;
});

/** A difference that does not matter: a number of the metric's unit, or of accuracy a share such as 1%. */
export const marginSchema = written.transform((value, context) => {
  const margin = typeof value === 'number' ? value : (parseShare(value) ?? (Number(value) === 0 ? 0 : NaN));
  if (margin >= 0 && margin < Infinity) return margin;
  context.addIssue({
    code: 'custom',
    message: 'must be 0 or more, such as 1% of accuracy or 0.01 of a loss',
  });
  return z.NEVER;
});

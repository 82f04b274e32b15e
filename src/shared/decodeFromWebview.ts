import * as z from 'zod';
import { comparingDeeds } from './comparison';
import { budgetSchema } from './planFile';
import { pageActions, type FromWebview } from './webviewProtocol';
import { allocationMethods } from './words';

const positive = z.number().int().positive();

const rowSchema = z.strictObject({
  rank: positive.optional(),
  alpha: z.number().positive().optional(),
  experts: z.number().int().nonnegative().optional(),
  locked: z.boolean().optional(),
});

const { layers, parameters, experts, megabytes } = budgetSchema.shape;
/** Null takes a limit off. */
const budgetChangeSchema = z.strictObject({
  layers: layers.nullable(),
  parameters: parameters.nullable(),
  experts: experts.nullable(),
  megabytes: megabytes.nullable(),
});

const changeSchema = z.discriminatedUnion('change', [
  z.strictObject({
    change: z.literal('rows'),
    label: z.string().max(500),
    rows: z.record(z.string(), rowSchema),
  }),
  z.strictObject({
    change: z.literal('allocate'),
    method: z.enum(allocationMethods),
    budget: budgetChangeSchema.optional(),
  }),
  z.strictObject({ change: z.literal('undo') }),
  z.strictObject({ change: z.literal('redo') }),
]);

const steeringSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('pause') }),
  z.strictObject({ type: z.literal('go-on') }),
  z.strictObject({ type: z.literal('add'), point: z.record(z.string().max(50), z.number()) }),
]);

const messageSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready') }),
  z.object({ type: z.literal('action'), action: z.enum(pageActions) }),
  z.object({ type: z.literal('change'), change: changeSchema, number: positive.optional() }),
  z.object({ type: z.literal('steer'), steering: steeringSchema }),
  z.object({ type: z.literal('comparing'), deed: z.enum(comparingDeeds) }),
  z.object({ type: z.literal('copy'), text: z.string(), what: z.string().max(200) }),
  z.object({
    type: z.literal('picture'),
    name: z.string().max(200),
    png: z.string().startsWith('data:image/png;base64,'),
  }),
]);

/** A message from a page, or undefined where it is none of ours (a page can be sent anything). */
export function decodeFromWebview(message: unknown): FromWebview | undefined {
  const { success, data } = messageSchema.safeParse(message);
  // zod names what may be left out as possibly undefined, which the type says once in words and once with a key.
  return success ? (data as FromWebview) : undefined;
}

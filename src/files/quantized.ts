import { LabError } from '../shared/errors';
import { isFloatDtype, type Dtype } from './dtypes';
import type { ModelFolder, ModelTensor } from './modelFolder';
import { parentOf, type Parent } from './quantizedParent';

/** What a folder with quantized weights says of how they were made. */
export interface Quantization {
  /** `bitsandbytes`, `GPTQ`, …; undefined where nothing names it. */
  readonly method: string | undefined;
  /** Of one weight; undefined where nothing says. */
  readonly bits: number | undefined;
  /** The model that was quantized, as far as the folder names it. */
  readonly parent: Parent | undefined;
  /** The first quantized tensor. */
  readonly tensor: ModelTensor;
}

/** Names that only quantized checkpoints have, and what writes them. */
const marks: readonly (readonly [RegExp, method: string, bits?: number])[] = [
  [/\.weight\.(?:absmax|quant_map|quant_state\.\w+)$/, 'bitsandbytes', 4],
  [/\.SCB$/, 'bitsandbytes', 8],
  [/\.g_idx$/, 'GPTQ'],
  [/\.qweight$/, 'GPTQ or AWQ'],
  [/\.weight_packed$/, 'compressed-tensors'],
];
/** How `quant_method` of config.json is written elsewhere; others are said as they are. */
const spellings: Readonly<Record<string, string>> = { gptq: 'GPTQ', awq: 'AWQ', fp8: 'FP8' };
/** Causal masks that old checkpoints of GPT-2 and GPT-NeoX hold, as bytes. */
const maskNames = /\.(?:attn|attention)\.(?:bias|masked_bias)$/;

const packedDtypes = /^(?:[IU](?:8|16|32)|F[468](?:_.*)?)$/;

/**
 * Whether a model folder's weights are quantized, by what its headers hold: a `quantization_config` beside plain weights
 * is a left-over of training and means nothing.
 *
 * @param dir the folder's path; its name may tell the parent
 * @param card the front matter of the folder's README.md as data, where it has one
 */
export function quantizationOf(
  dir: string,
  config: Readonly<Record<string, unknown>>,
  tensors: Iterable<ModelTensor>,
  card?: unknown,
): Quantization | undefined {
  const all = [...tensors];
  const told = ['quantization_config', 'compression_config', 'quantization']
    .map((key) => config[key])
    .find(isObject);
  // An I64 or BOOL beside the weights is a buffer: positions, a causal mask.
  const isPacked = ({ name, dtype }: ModelTensor): boolean =>
    packedDtypes.test(dtype) && !maskNames.test(name) && (told !== undefined || name.endsWith('.weight'));
  const mark = marks.find(([pattern]) => all.some(({ name }) => pattern.test(name)));
  // A weight is named before what stands beside one.
  const tensor =
    all.find((one) => isPacked(one) && /weight(?:_packed)?$/.test(one.name)) ??
    all.find((one) => isPacked(one) || marks.some(([pattern]) => pattern.test(one.name)));
  if (!tensor) return undefined;
  const f8 = tensor.dtype.startsWith('F8') ? 'FP8' : undefined;
  return {
    method: methodOf(told, config) ?? mark?.[1] ?? f8,
    bits: (told && bitsOf(told)) ?? mark?.[2] ?? (f8 && 8),
    parent: parentOf(dir, config, card),
    tensor,
  };
}

/**
 * Refuses a model whose weights are no F32, F16 or BF16, before any is read.
 *
 * @throws LabError `model-dtype-unsupported`, with file and tensor, and of a quantized model its parent
 */
export function requireComputable({ tensors, quantization }: ModelFolder): void {
  const tensor = quantization?.tensor ?? [...tensors.values()].find(isOddWeight);
  if (!tensor) return;
  const { name, file, dtype } = tensor;
  const { method, bits, parent } = quantization ?? {};
  const how = [method, bits && `${bits} bits`].filter(Boolean).join(', ');
  const what = quantization ? `quantized${how && ` (${how})`}` : `stored as ${dtype}`;
  const origin = parent ? `; by its ${parent.source}, the unquantized model is ${parent.name}` : '';
  throw new LabError(
    'model-dtype-unsupported',
    `Tensor "${name}" in ${file} is ${what}, but weights are computed from F32, F16 or BF16 only${origin}.`,
    quantization
      ? `Point "model" to the folder of ${parent?.name ?? 'the unquantized model that it was made from'}.`
      : 'Save the model in float32, float16 or bfloat16.',
  );
}

const isOddWeight = ({ name, dtype }: { name: string; dtype: Dtype }): boolean =>
  name.endsWith('.weight') && !isFloatDtype(dtype);

function methodOf(told: Record<string, unknown> | undefined, config: object): string | undefined {
  const method = told?.['quant_method'];
  if (typeof method === 'string' && /^[\w/.-]{1,40}$/.test(method)) return spellings[method] ?? method;
  if (told?.['load_in_4bit'] === true || told?.['load_in_8bit'] === true) return 'bitsandbytes';
  // MLX writes its numbers under this name, and again under the usual one for others to see.
  return 'quantization' in config ? 'MLX' : undefined;
}

function bitsOf(told: Record<string, unknown>): number | undefined {
  if (told['load_in_4bit'] === true) return 4;
  if (told['load_in_8bit'] === true) return 8;
  const groups = told['config_groups'];
  const [group] = isObject(groups) ? Object.values(groups) : [];
  const weights = isObject(group) ? group['weights'] : undefined;
  const bits = told['bits'] ?? told['w_bit'] ?? (isObject(weights) ? weights['num_bits'] : undefined);
  return typeof bits === 'number' && Number.isInteger(bits) && bits >= 1 && bits <= 8 ? bits : undefined;
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

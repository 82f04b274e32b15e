import { basename } from 'node:path';

/** The model that a quantized one was made from. */
export interface Parent {
  /** A Hugging Face name, or a folder's name alone. */
  readonly name: string;
  /** What says so. */
  readonly source: 'README.md' | 'config.json' | "folder's name";
}

/** `-bnb-4bit`, `-GPTQ-Int4`, `-AWQ`, `-FP8-dynamic`, `-quantized.w4a16`, `-4bit-128g`: what quantizers append. */
const ending =
  /(?:[-_.]unsloth)?(?:[-_.](?:bnb|gptq\w*|awq|hqq|eetq|quanto|mlx|nf4|(?:nv|mx)?fp[48]|int[248]|w[248]a(?:4|8|16)|[2-8]-?bits?|quantized)(?:[-_.](?:dynamic|block|kv|gemm|gs?\d+|\d+g|inc|dwq))*)+$/i;

/**
 * Who the parent of a quantized model is. The card's `base_model` counts most. `_name_or_path` of config.json is often the
 * grandparent's, since many quantizers copy the parent's file: where the folder's own name says otherwise, that counts.
 *
 * @param dir the model folder's path
 * @param card front matter of README.md as data
 */
export function parentOf(
  dir: string,
  config: Readonly<Record<string, unknown>>,
  card: unknown,
): Parent | undefined {
  const carded = baseModel(card);
  if (carded !== undefined) return { name: carded, source: 'README.md' };
  const own = lastPart(nameOf(dir.replaceAll('\\', '/')) ?? basename(dir));
  const stem = own.replace(ending, '');
  const told = nameOf(config['_name_or_path']);
  const configured = told?.replace(ending, '');
  if (stem !== own && !(configured !== undefined && same(lastPart(configured), stem))) {
    return { name: stem, source: "folder's name" };
  }
  // A model that names itself tells nothing.
  if (configured === undefined || same(told ?? '', own)) return undefined;
  return { name: configured, source: 'config.json' };
}

/** `base_model` of a card that gives one; several make a merge, another relation no quantized copy. */
function baseModel(card: unknown): string | undefined {
  if (typeof card !== 'object' || card === null) return undefined;
  const { base_model: base, base_model_relation: relation } = card as Record<string, unknown>;
  if (relation !== undefined && relation !== 'quantized') return undefined;
  const [only, second] = Array.isArray(base) ? (base as unknown[]) : [base];
  return second === undefined ? nameOf(only)?.replace(ending, '') : undefined;
}

/** A Hugging Face name as it is, out of a path into its cache, or the last part of another path that looks like one. */
function nameOf(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined;
  const path = value.trim().replace(/\/+$/, '');
  const cached = /models--([\w.-]+?)--([\w.-]+)(?:\/|$)/.exec(path);
  if (cached) return `${cached[1]}/${cached[2]}`;
  if (/^\w[\w.-]*\/(?!checkpoint)\w[\w.-]*$/.test(path)) return path;
  const last = lastPart(path.replaceAll('\\', '/'));
  // Not `source`, `model` or `checkpoint-500`, which say nothing away from their machine.
  return /^(?!checkpoint)[A-Za-z][\w.-]*\d[\w.-]*$/.test(last) ? last : undefined;
}

const lastPart = (name: string): string => name.slice(name.lastIndexOf('/') + 1);

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

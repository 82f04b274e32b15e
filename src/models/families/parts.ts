import type { ModelFolder } from '../../files/modelFolder';
import { LabError } from '../../shared/errors';
import type { Activation, HeadLayout, NormForm } from '../../tensors/primitives/primitives';
import { ConfigReader } from '../configReader';
import type {
  AttentionSpec,
  ClassHeadSpec,
  HeadSpec,
  LanguageHeadSpec,
  LinearSpec,
  MlpSpec,
  NormSpec,
} from '../spec';

/** Pieces that the families' files are put together from. */

export const linear = (
  name: string,
  inFeatures: number,
  outFeatures: number,
  orientation: LinearSpec['orientation'] = 'out-in',
): LinearSpec => ({ name, inFeatures, outFeatures, orientation });

export const layerNorm = (name: string, width: number, epsilon: number): NormSpec => ({
  name,
  width,
  parameters: 'weight-and-bias',
  form: { kind: 'layer', epsilon, weightOffset: 0 },
});

export const rmsNorm = (
  name: string,
  width: number,
  epsilon: number,
  weightOffset: NormForm['weightOffset'] = 0,
): NormSpec => ({ name, width, parameters: 'weight', form: { kind: 'rms', epsilon, weightOffset } });

/** Heads that stand side by side in a projection of their own, or from `offset` on in a fused one. */
export const heads = (count: number, headSize: number, offset = 0, stride = headSize): HeadLayout => ({
  heads: count,
  headSize,
  offset,
  stride,
});

export interface HeadSizes {
  readonly heads: number;
  readonly keyHeads: number;
  readonly headSize: number;
}

/**
 * Head counts of the Llama-like families.
 * @param usual `head_dim` where config.json has none; width / heads where the family derives it
 * @param usualHeads their numbers where config.json has none
 * @throws LabError model-config-invalid
 */
export function headSizes(
  config: ConfigReader,
  usual?: number,
  usualHeads?: { readonly heads: number; readonly keyHeads: number },
): HeadSizes {
  const count = config.count('num_attention_heads', usualHeads?.heads);
  const keyHeads = config.count('num_key_value_heads', usualHeads?.keyHeads ?? count);
  if (count % keyHeads !== 0)
    throw config.invalid('num_attention_heads is not a multiple of num_key_value_heads');
  const derived = config.value('head_dim') === undefined && usual === undefined;
  const headSize = derived ? config.divided('hidden_size', count) : config.count('head_dim', usual);
  return { heads: count, keyHeads, headSize };
}

/** q, k, v and o as matrices of their own under `self_attn.`. */
export function separateProjections(
  width: number,
  { heads: count, keyHeads, headSize }: HeadSizes,
  out = 'self_attn.o_proj',
): Pick<AttentionSpec, 'projections' | 'q' | 'k' | 'v' | 'out'> {
  return {
    projections: [
      linear('self_attn.q_proj', width, count * headSize),
      linear('self_attn.k_proj', width, keyHeads * headSize),
      linear('self_attn.v_proj', width, keyHeads * headSize),
    ],
    q: heads(count, headSize),
    k: heads(keyHeads, headSize),
    v: heads(keyHeads, headSize),
    out: linear(out, count * headSize, width),
  };
}

/** SwiGLU and its like (Shazeer 2020) in three matrices under `mlp.`. */
export const gatedMlp = (width: number, inner: number, activation: Activation): MlpSpec => ({
  kind: 'gated',
  gate: linear('mlp.gate_proj', width, inner),
  up: linear('mlp.up_proj', width, inner),
  down: linear('mlp.down_proj', inner, width),
  activation,
});

/**
 * Classes of a classifier's last dense layer: the rows of its weight. config.json leaves `id2label` out where there are two.
 * @param ending of the architecture whose head that is; another head may have tensors of the same names
 * @throws LabError model-head-missing, model-config-invalid
 */
export function classesOf(
  folder: ModelFolder,
  name: string,
  ending: 'ForSequenceClassification' | 'ForImageClassification' = 'ForSequenceClassification',
): number {
  const config = new ConfigReader(folder.config, folder.dir);
  config.require('problem_type', 'single_label_classification');
  const fits = folder.architecture.endsWith(ending);
  const rows = fits
    ? (folder.addedHead?.classes ?? folder.tensors.get(`${name}.weight`)?.shape[0])
    : undefined;
  if (rows === 1) throw config.invalid('a head of one output is a regression, which is not scored');
  if (rows !== undefined && rows > 1) return rows;
  throw new LabError(
    'model-head-missing',
    `${folder.dir} ${fits ? '' : `is ${aOrAn(folder.architecture)} and `}has no classification head (${name}.weight), and scores through a random one would be noise.`,
    'Use a checkpoint whose classification head was trained.',
  );
}

const aOrAn = (name: string): string => `${/^[AEIOU]/.test(name) ? 'an' : 'a'} ${name}`;

const withoutEnding = (name: string): string => name.replace(/\.weight$/, '');

/** Decoders whose head is an output matrix, by how their class ends; a bare model has none and is scored where outputs are tied. */
const languageEndings = ['ForCausalLM', 'LMHeadModel', 'ForConditionalGeneration', 'Model'];

/**
 * The head of a decoder: `score` over the last token where the checkpoint classifies, else the output matrix. A stored
 * output matrix wins over config.json, which leaves library defaults of `tie_word_embeddings` out.
 */
export function decoderHead(
  folder: ModelFolder,
  width: number,
  language: Omit<LanguageHeadSpec, 'kind' | 'output' | 'outputWidth'> & {
    readonly embedding: string;
    readonly outputs: readonly string[];
    readonly outputWidth?: number;
  },
): HeadSpec {
  const { embedding, outputs, outputWidth = width, ...rest } = language;
  if (folder.architecture.endsWith('ForSequenceClassification')) {
    const classes = classesOf(folder, 'score');
    const { norm, project } = language;
    const narrowed =
      project === undefined ? [] : [{ linear: linear(withoutEnding(project), width, outputWidth) }];
    return classHead('last', [...narrowed, { linear: linear('score', outputWidth, classes) }], norm);
  }
  const config = new ConfigReader(folder.settings, folder.dir);
  if (!languageEndings.some((ending) => folder.architecture.endsWith(ending))) {
    throw config.invalid(`the head of ${aOrAn(folder.architecture)} is not computed`);
  }
  const stored = outputs.find((name) => folder.tensors.has(name));
  if (stored === undefined && config.value('tie_word_embeddings') === false) {
    throw new LabError(
      'model-head-missing',
      `${folder.dir} has no output matrix (${outputs.join(' or ')}), and its config.json says that it is not the embedding.`,
      'Use a checkpoint that was saved with its head.',
    );
  }
  const output = stored ?? embedding;
  return { kind: 'language', ...rest, output, outputWidth };
}

export function classHead(
  position: ClassHeadSpec['position'],
  layers: ClassHeadSpec['layers'],
  norm?: NormSpec,
): ClassHeadSpec {
  const classes = layers.at(-1)?.linear.outFeatures ?? 0;
  return { kind: 'classes', position, layers, classes, ...(norm === undefined ? {} : { norm }) };
}

/**
 * Window of a layer, whose kind `layer_types` names, else the family's own rule; undefined = it sees everything before it.
 * @param usual window where config.json does not speak of one; null there means that there is none
 */
export function windowOf(
  config: ConfigReader,
  layer: number,
  slides: (layer: number) => boolean,
  usual?: number,
): number | undefined {
  const types = config.value('layer_types');
  const kind: unknown = Array.isArray(types) ? types[layer] : undefined;
  if (types !== undefined && kind !== 'sliding_attention' && kind !== 'full_attention') {
    throw config.invalid(`layer_types has neither sliding_attention nor full_attention for layer ${layer}`);
  }
  const given = config.fields['sliding_window'];
  if (given === null || (given === undefined && usual === undefined)) return undefined;
  const sliding = types === undefined ? slides(layer) : kind === 'sliding_attention';
  return sliding ? config.count('sliding_window', usual) : undefined;
}

/** Entries of the token embedding: `vocab_size`, or where config.json has none the rows of the table. */
export const vocabularyOf = (config: ConfigReader, folder: ModelFolder, table: string): number =>
  config.count('vocab_size', folder.tensors.get(table)?.shape[0]);

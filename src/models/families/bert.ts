import type { ModelFolder } from '../../files/modelFolder';
import { ConfigReader } from '../configReader';
import type { BlockSpec, ClassHeadSpec, ModelSpec } from '../spec';
import { classHead, classesOf, heads, layerNorm, linear } from './parts';

/** BERT: norms behind the sums, segments, a pooler before the classifier (models/bert). */
export function bert(folder: ModelFolder): ModelSpec {
  const width = new ConfigReader(folder.settings, folder.dir).count('hidden_size');
  return likeBert(folder, 0, () =>
    classHead('first', [
      { linear: linear(`${folder.root}pooler.dense`, width, width), activation: 'tanh' },
      { linear: linear('classifier', width, classesOf(folder, 'classifier')) },
    ]),
  );
}

/** RoBERTa, XLM-RoBERTa and CamemBERT: positions start behind the padding token's; a head of two layers (models/roberta). */
export function roberta(folder: ModelFolder): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  const width = config.count('hidden_size');
  return likeBert(folder, config.index('pad_token_id', 1) + 1, () =>
    classHead('first', [
      { linear: linear('classifier.dense', width, width), activation: 'tanh' },
      { linear: linear('classifier.out_proj', width, classesOf(folder, 'classifier.out_proj')) },
    ]),
  );
}

/** @param offset row of the position table that the first token reads */
function likeBert(folder: ModelFolder, offset: number, head: () => ClassHeadSpec): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  config.require('position_embedding_type', 'absolute');
  config.require('is_decoder', false);
  const width = config.count('hidden_size');
  const inner = config.count('intermediate_size');
  const epsilon = config.positive('layer_norm_eps', 1e-12);
  const rows = config.count('max_position_embeddings');
  const block = encoderBlock(width, config.count('num_attention_heads'), config, {
    attention: ['attention.self.query', 'attention.self.key', 'attention.self.value'],
    out: 'attention.output.dense',
  });
  const activation = config.activation('hidden_act', 'gelu');
  return {
    width,
    layers: folder.layers,
    vocabulary: config.count('vocab_size'),
    maxLength: rows - offset,
    embedding: {
      kind: 'tokens',
      table: `${folder.root}embeddings.word_embeddings.weight`,
      tableWidth: width,
      positions: { table: `${folder.root}embeddings.position_embeddings.weight`, offset, rows },
      segments: {
        table: `${folder.root}embeddings.token_type_embeddings.weight`,
        rows: config.count('type_vocab_size', 2),
      },
      norm: layerNorm(`${folder.root}embeddings.LayerNorm`, width, epsilon),
    },
    block: () => ({
      residual: 'post',
      attentionNorm: layerNorm('attention.output.LayerNorm', width, epsilon),
      mlpNorm: layerNorm('output.LayerNorm', width, epsilon),
      attention: block,
      mlp: {
        kind: 'plain',
        up: linear('intermediate.dense', width, inner),
        down: linear('output.dense', inner, width),
        activation,
      },
    }),
    head: head(),
  };
}

/** Attention of an encoder: every token sees every other, three projections of full width. */
export function encoderBlock(
  width: number,
  count: number,
  config: ConfigReader,
  names: { readonly attention: readonly [string, string, string]; readonly out: string },
): BlockSpec['attention'] {
  if (width % count !== 0) throw config.invalid(`the width ${width} is not a multiple of ${count} heads`);
  const headSize = width / count;
  const [q, k, v] = names.attention;
  return {
    projections: [linear(q, width, width), linear(k, width, width), linear(v, width, width)],
    q: heads(count, headSize),
    k: heads(count, headSize),
    v: heads(count, headSize),
    out: linear(names.out, width, width),
    causal: false,
    scale: 1 / Math.sqrt(headSize),
  };
}

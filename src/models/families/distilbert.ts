import type { ModelFolder } from '../../files/modelFolder';
import { ConfigReader } from '../configReader';
import type { ModelSpec } from '../spec';
import { encoderBlock } from './bert';
import { classHead, classesOf, layerNorm, linear } from './parts';

/** Not configured (models/distilbert/modeling_distilbert.py). */
const epsilon = 1e-12;

/** DistilBERT: BERT's block under other names, without segments and pooler. */
export function distilbert(folder: ModelFolder): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  const width = config.count('dim');
  const inner = config.count('hidden_dim');
  const rows = config.count('max_position_embeddings', 512);
  const activation = config.activation('activation', 'gelu');
  const attention = encoderBlock(width, config.count('n_heads'), config, {
    attention: ['attention.q_lin', 'attention.k_lin', 'attention.v_lin'],
    out: 'attention.out_lin',
  });
  return {
    width,
    layers: folder.layers,
    vocabulary: config.count('vocab_size'),
    maxLength: rows,
    embedding: {
      kind: 'tokens',
      table: `${folder.root}embeddings.word_embeddings.weight`,
      tableWidth: width,
      positions: { table: `${folder.root}embeddings.position_embeddings.weight`, offset: 0, rows },
      norm: layerNorm(`${folder.root}embeddings.LayerNorm`, width, epsilon),
    },
    block: () => ({
      residual: 'post',
      attentionNorm: layerNorm('sa_layer_norm', width, epsilon),
      mlpNorm: layerNorm('output_layer_norm', width, epsilon),
      attention,
      mlp: {
        kind: 'plain',
        up: linear('ffn.lin1', width, inner),
        down: linear('ffn.lin2', inner, width),
        activation,
      },
    }),
    head: classHead('first', [
      { linear: linear('pre_classifier', width, width), activation: 'relu' },
      { linear: linear('classifier', width, classesOf(folder, 'classifier')) },
    ]),
  };
}

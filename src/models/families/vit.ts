import type { ModelFolder } from '../../files/modelFolder';
import { ConfigReader } from '../configReader';
import type { ModelSpec } from '../spec';
import { encoderBlock } from './bert';
import { classHead, classesOf, layerNorm, linear } from './parts';

/** ViT: patches as tokens behind a class token, norms before the parts (models/vit). */
export function vit(folder: ModelFolder): ModelSpec {
  const config = new ConfigReader(folder.settings, folder.dir);
  const width = config.count('hidden_size');
  const inner = config.count('intermediate_size');
  const epsilon = config.positive('layer_norm_eps', 1e-12);
  const activation = config.activation('hidden_act', 'gelu');
  const patchSize = config.count('patch_size', 16);
  const side = config.divided('image_size', patchSize);
  const attention = encoderBlock(width, config.count('num_attention_heads'), config, {
    attention: ['attention.attention.query', 'attention.attention.key', 'attention.attention.value'],
    out: 'attention.output.dense',
  });
  const embeddings = `${folder.root}embeddings.`;
  return {
    width,
    layers: folder.layers,
    vocabulary: 0,
    maxLength: side * side + 1,
    embedding: {
      kind: 'patches',
      imageSize: side * patchSize,
      patchSize,
      channels: config.count('num_channels', 3),
      projection: `${embeddings}patch_embeddings.projection`,
      classToken: `${embeddings}cls_token`,
      positions: `${embeddings}position_embeddings`,
    },
    block: () => ({
      residual: 'pre',
      attentionNorm: layerNorm('layernorm_before', width, epsilon),
      mlpNorm: layerNorm('layernorm_after', width, epsilon),
      attention,
      mlp: {
        kind: 'plain',
        up: linear('intermediate.dense', width, inner),
        down: linear('output.dense', inner, width),
        activation,
      },
    }),
    head: classHead(
      'first',
      [{ linear: linear('classifier', width, classesOf(folder, 'classifier', 'ForImageClassification')) }],
      layerNorm(`${folder.root}layernorm`, width, epsilon),
    ),
  };
}

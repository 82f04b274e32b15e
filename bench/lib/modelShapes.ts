/** The sizes of a model of a known family. `mlpWidth` is four times the width where it is not given. */
export type ModelShape =
  | {
      readonly family: 'gpt2';
      readonly width: number;
      readonly layers: number;
      readonly heads: number;
      readonly vocabulary: number;
      readonly positions: number;
      readonly mlpWidth?: number;
    }
  | {
      readonly family: 'bert';
      readonly width: number;
      readonly layers: number;
      readonly heads: number;
      readonly vocabulary: number;
      readonly positions: number;
      readonly labels: number;
      readonly mlpWidth?: number;
    }
  | {
      readonly family: 'llama';
      readonly width: number;
      readonly layers: number;
      readonly heads: number;
      readonly keyValueHeads: number;
      readonly mlpWidth: number;
      readonly vocabulary: number;
      readonly positions: number;
    };

/** GPT-2 small with a vocabulary that leaves the time to the layers. */
export const gpt2Small: ModelShape = {
  family: 'gpt2',
  width: 768,
  layers: 12,
  heads: 12,
  vocabulary: 8192,
  positions: 1024,
};
export const bertBase: ModelShape = {
  family: 'bert',
  width: 768,
  layers: 12,
  heads: 12,
  vocabulary: 8192,
  positions: 512,
  labels: 2,
};
/** Llama 2 7B: 6.74 billion parameters, 13.5 GB in bfloat16. */
export const llama7b: ModelShape = {
  family: 'llama',
  width: 4096,
  layers: 32,
  heads: 32,
  keyValueHeads: 32,
  mlpWidth: 11008,
  vocabulary: 32000,
  positions: 4096,
};

/** TinyLlama: 1.1 billion parameters, 2.2 GB in bfloat16. */
export const llama1b: ModelShape = {
  family: 'llama',
  width: 2048,
  layers: 22,
  heads: 32,
  keyValueHeads: 4,
  mlpWidth: 5632,
  vocabulary: 32000,
  positions: 2048,
};

/** A tensor to make: matrices and biases lie around 0, norms around 1. */
export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  readonly around: 0 | 1;
}

const around =
  (center: 0 | 1) =>
  (name: string, ...shape: number[]): TensorSpec => ({ name, shape, around: center });
const matrix = around(0);
const norm = (name: string, width: number): TensorSpec[] => [
  around(1)(`${name}.weight`, width),
  matrix(`${name}.bias`, width),
];
const linear = (name: string, outputs: number, inputs: number): TensorSpec[] => [
  matrix(`${name}.weight`, outputs, inputs),
  matrix(`${name}.bias`, outputs),
];
/** GPT-2's Conv1D keeps its matrix in × out. */
const conv = (name: string, inputs: number, outputs: number): TensorSpec[] => [
  matrix(`${name}.weight`, inputs, outputs),
  matrix(`${name}.bias`, outputs),
];
const perLayer = (layers: number, tensors: (layer: number) => TensorSpec[]): TensorSpec[] =>
  Array.from({ length: layers }, (_, layer) => tensors(layer)).flat();

/** Every tensor that Hugging Face's `save_pretrained` writes for the shape, in the order of the forward pass. */
export function tensorsOf(shape: ModelShape): TensorSpec[] {
  const { width, layers, vocabulary, positions } = shape;
  const mlp = shape.mlpWidth ?? 4 * width;
  switch (shape.family) {
    case 'gpt2':
      return [
        matrix('transformer.wte.weight', vocabulary, width),
        matrix('transformer.wpe.weight', positions, width),
        ...perLayer(layers, (layer) => {
          const at = `transformer.h.${layer}`;
          return [
            ...norm(`${at}.ln_1`, width),
            ...conv(`${at}.attn.c_attn`, width, 3 * width),
            ...conv(`${at}.attn.c_proj`, width, width),
            ...norm(`${at}.ln_2`, width),
            ...conv(`${at}.mlp.c_fc`, width, mlp),
            ...conv(`${at}.mlp.c_proj`, mlp, width),
          ];
        }),
        ...norm('transformer.ln_f', width),
      ];
    case 'bert':
      return [
        matrix('bert.embeddings.word_embeddings.weight', vocabulary, width),
        matrix('bert.embeddings.position_embeddings.weight', positions, width),
        matrix('bert.embeddings.token_type_embeddings.weight', 2, width),
        ...norm('bert.embeddings.LayerNorm', width),
        ...perLayer(layers, (layer) => {
          const at = `bert.encoder.layer.${layer}`;
          return [
            ...['query', 'key', 'value'].flatMap((name) =>
              linear(`${at}.attention.self.${name}`, width, width),
            ),
            ...linear(`${at}.attention.output.dense`, width, width),
            ...norm(`${at}.attention.output.LayerNorm`, width),
            ...linear(`${at}.intermediate.dense`, mlp, width),
            ...linear(`${at}.output.dense`, width, mlp),
            ...norm(`${at}.output.LayerNorm`, width),
          ];
        }),
        ...linear('bert.pooler.dense', width, width),
        ...linear('classifier', shape.labels, width),
      ];
    case 'llama': {
      const keyValue = (width / shape.heads) * shape.keyValueHeads;
      return [
        matrix('model.embed_tokens.weight', vocabulary, width),
        ...perLayer(layers, (layer) => {
          const at = `model.layers.${layer}`;
          return [
            around(1)(`${at}.input_layernorm.weight`, width),
            matrix(`${at}.self_attn.q_proj.weight`, width, width),
            matrix(`${at}.self_attn.k_proj.weight`, keyValue, width),
            matrix(`${at}.self_attn.v_proj.weight`, keyValue, width),
            matrix(`${at}.self_attn.o_proj.weight`, width, width),
            around(1)(`${at}.post_attention_layernorm.weight`, width),
            matrix(`${at}.mlp.gate_proj.weight`, mlp, width),
            matrix(`${at}.mlp.up_proj.weight`, mlp, width),
            matrix(`${at}.mlp.down_proj.weight`, width, mlp),
          ];
        }),
        around(1)('model.norm.weight', width),
        matrix('lm_head.weight', vocabulary, width),
      ];
    }
  }
}

import type { BaseModel, Matrix } from '../../../../src/files/baseModel';

/** Base models as their headers would tell them, by the name that the fixtures have under base_model. */
const sizes: Readonly<Record<string, readonly [inFeatures: number, outFeatures: number]>> = {
  down_proj: [128, 64],
  gate_proj: [64, 128],
  up_proj: [64, 128],
  k_proj: [64, 32],
  v_proj: [64, 32],
  c_attn: [64, 192],
};

function model(layers: number, stacks: readonly string[], names: readonly string[]): BaseModel {
  const matrices: Matrix[] = stacks.flatMap((stack) =>
    Array.from({ length: layers }, (_, layer) =>
      names.map((name): Matrix => {
        const [inFeatures, outFeatures] = sizes[name.split('.').at(-1)!] ?? [64, 64];
        const path = `${stack}.${layer}.${name}`;
        return {
          path,
          checkpointPath: path,
          kind: 'linear',
          inFeatures,
          outFeatures,
          layer,
          isConv1d: false,
        };
      }),
    ).flat(),
  );
  const parameters = matrices.reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0);
  return {
    folder: '/model',
    architecture: 'Made',
    modelType: 'llama',
    layers,
    parameters,
    matrices,
    fused: [],
    sizes: new Map(),
    quantization: undefined,
  };
}

const attention = ['q', 'k', 'v', 'o'].map((name) => `self_attn.${name}_proj`);
const llama = [...attention, 'mlp.gate_proj', 'mlp.up_proj', 'mlp.down_proj'];
const bert = ['query', 'key', 'value'].map((name) => `attention.self.${name}`);

export const models: Readonly<Record<string, BaseModel>> = {
  llama: model(4, ['model.layers'], llama),
  deep: model(24, ['model.layers'], llama),
  /** A language model beside a tower that has the same names. */
  tower: model(2, ['layers', 'language.layers'], attention),
  bert: model(
    2,
    ['bert.encoder.layer'],
    [...bert, 'attention.output.dense', 'intermediate.dense', 'output.dense'],
  ),
  gpt2: model(2, ['h'], ['attn.c_attn', 'attn.c_proj', 'mlp.c_fc', 'mlp.c_proj']),
  loose: model(2, ['layers'], ['mlp.fc', 'mlp_fc']),
};

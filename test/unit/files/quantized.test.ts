import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readModelFolder, type ModelFolder } from '../../../src/files/modelFolder';
import { requireComputable } from '../../../src/files/quantized';
import { parentOf } from '../../../src/files/quantizedParent';
import { toLabError } from '../../../src/shared/errors';
import { rawSafetensors, type RawTensor } from './rawSafetensors';
import { temporaryFolder } from './temporary';
import { throwsWith } from './throwsCode';
import { tinyConfig } from './tinyLlama';

/** Modules of the tiny llama: out and in features. */
const features = {
  'self_attn.q_proj': [8, 8],
  'self_attn.k_proj': [4, 8],
  'self_attn.v_proj': [4, 8],
  'self_attn.o_proj': [8, 8],
  'mlp.gate_proj': [12, 8],
  'mlp.up_proj': [12, 8],
  'mlp.down_proj': [8, 12],
} as const;

/** The tensors that stand for one module, `path` without an ending. */
type Layout = (path: string, out: number, inputs: number) => RawTensor[];

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const pair = (a: number, b: number): Buffer => Buffer.from(new BigInt64Array([BigInt(a), BigInt(b)]).buffer);

const nf4: Layout = (path, out, inputs) => {
  const note = json({ quant_type: 'nf4', blocksize: 64, dtype: 'bfloat16', shape: [out, inputs] });
  return [
    { name: `${path}.weight`, dtype: 'U8', shape: [(out * inputs) / 2, 1] },
    { name: `${path}.weight.absmax`, dtype: 'U8', shape: [2] },
    { name: `${path}.weight.nested_absmax`, dtype: 'F32', shape: [1] },
    { name: `${path}.weight.quant_map`, dtype: 'F32', shape: [16] },
    { name: `${path}.weight.quant_state.bitsandbytes__nf4`, dtype: 'U8', shape: [note.length], data: note },
  ];
};
const int8: Layout = (path, out, inputs) => [
  { name: `${path}.SCB`, dtype: 'F32', shape: [out] },
  { name: `${path}.weight`, dtype: 'I8', shape: [out, inputs] },
  { name: `${path}.weight_format`, dtype: 'U8', shape: [] },
];
/** Group size 4; `inputs · bits` must fill words, so the features are taken times eight. */
const gptq: Layout = (path, out, inputs) => [
  { name: `${path}.g_idx`, dtype: 'I32', shape: [inputs * 8] },
  { name: `${path}.qweight`, dtype: 'I32', shape: [inputs, out * 8] },
  { name: `${path}.qzeros`, dtype: 'I32', shape: [inputs * 2, out] },
  { name: `${path}.scales`, dtype: 'F16', shape: [inputs * 2, out * 8] },
];
const awq: Layout = (path, out, inputs) => [
  { name: `${path}.qweight`, dtype: 'I32', shape: [inputs * 8, out] },
  { name: `${path}.qzeros`, dtype: 'I32', shape: [inputs * 2, out] },
  { name: `${path}.scales`, dtype: 'F16', shape: [inputs * 2, out * 8] },
];
const packed: Layout = (path, out, inputs) => [
  { name: `${path}.weight_packed`, dtype: 'I32', shape: [out, Math.ceil(inputs / 8)] },
  { name: `${path}.weight_scale`, dtype: 'BF16', shape: [out, 2] },
  { name: `${path}.weight_shape`, dtype: 'I64', shape: [2], data: pair(out, inputs) },
];
const nvfp4: Layout = (path, out, inputs) => [
  { name: `${path}.weight_packed`, dtype: 'U8', shape: [out, inputs / 2] },
  { name: `${path}.weight_scale`, dtype: 'F8_E4M3', shape: [out, 1] },
  { name: `${path}.weight_global_scale`, dtype: 'F32', shape: [1] },
];
const fp8: Layout = (path, out, inputs) => [
  { name: `${path}.weight`, dtype: 'F8_E4M3', shape: [out, inputs] },
  { name: `${path}.weight_scale_inv`, dtype: 'F32', shape: [1, 1] },
];
const mlx: Layout = (path, out, inputs) => [
  { name: `${path}.weight`, dtype: 'U32', shape: [out * 8, inputs] },
  { name: `${path}.scales`, dtype: 'F16', shape: [out * 8, inputs * 2] },
  { name: `${path}.biases`, dtype: 'F16', shape: [out * 8, inputs * 2] },
];

describe('a quantized model', () => {
  const root = temporaryFolder();
  let count = 0;

  async function write(
    layout: Layout,
    config: object,
    { name = `model ${count++}`, card }: { name?: string; card?: string } = {},
  ): Promise<ModelFolder> {
    const dir = join(root.path, String(count++), name);
    await mkdir(dir, { recursive: true });
    const layers = [0, 1].flatMap((layer) => [
      { name: `model.layers.${layer}.input_layernorm.weight`, dtype: 'F16' as const, shape: [8] },
      ...Object.entries(features).flatMap(([module, [out, inputs]]) =>
        layout(`model.layers.${layer}.${module}`, out, inputs),
      ),
    ]);
    await writeFile(join(dir, 'model.safetensors'), rawSafetensors(layers));
    await writeFile(join(dir, 'config.json'), JSON.stringify({ ...tinyConfig, ...config }));
    if (card !== undefined) await writeFile(join(dir, 'README.md'), card);
    return readModelFolder(dir);
  }

  const bnb = {
    quantization_config: { quant_method: 'bitsandbytes', load_in_4bit: true, load_in_8bit: false },
  };
  const groups = { group_0: { targets: ['Linear'], weights: { num_bits: 4, type: 'int' } } };
  const compressed = { quantization_config: { quant_method: 'compressed-tensors', config_groups: groups } };
  const known: readonly [
    what: string,
    Layout,
    config: object,
    method: string,
    bits: number,
    times: number,
  ][] = [
    ['bitsandbytes, 4 bits', nf4, bnb, 'bitsandbytes', 4, 1],
    ['bitsandbytes, 4 bits, unsaid', nf4, {}, 'bitsandbytes', 4, 1],
    ['bitsandbytes, 8 bits', int8, { quantization_config: { load_in_8bit: true } }, 'bitsandbytes', 8, 1],
    ['GPTQ', gptq, { quantization_config: { quant_method: 'gptq', bits: 4 } }, 'GPTQ', 4, 8],
    ['AWQ', awq, { quantization_config: { quant_method: 'awq', bits: 4, version: 'gemm' } }, 'AWQ', 4, 8],
    ['compressed-tensors, packed', packed, compressed, 'compressed-tensors', 4, 1],
    ['compressed-tensors, NVFP4', nvfp4, compressed, 'compressed-tensors', 4, 1],
    ['FP8', fp8, { quantization_config: { quant_method: 'fp8' } }, 'FP8', 8, 1],
    ['MLX', mlx, { quantization: { group_size: 4, bits: 4 } }, 'MLX', 4, 8],
  ];
  for (const [what, layout, config, method, bits, times] of known) {
    it(`shows its modules as they were, and is not computed: ${what}`, async () => {
      const model = await write(layout, config);
      assert.equal(model.quantization?.method, method);
      assert.equal(model.quantization.bits, bits);
      const shapes = Object.entries(features).map(([, [out, inputs]]) => [out * times, inputs * times]);
      assert.deepEqual(
        model.modules.map(({ outFeatures, inFeatures }) => [outFeatures, inFeatures]),
        [...shapes, ...shapes],
      );
      const weights = shapes.reduce((sum, [out = 0, inputs = 0]) => sum + out * inputs, 0);
      assert.equal(model.parameters, 2 * (weights + 8));
      throwsWith(
        () => requireComputable(model),
        'model-dtype-unsupported',
        /"model\.layers\.0\.mlp\.down_proj\.(q?weight|weight_packed)"/,
      );
      throwsWith(
        () => requireComputable(model),
        'model-dtype-unsupported',
        new RegExp(`${method}, ${bits} bits`),
      );
      throwsWith(
        () => requireComputable(model),
        'model-dtype-unsupported',
        /model\.safetensors is quantized/,
      );
    });
  }

  it('leaves out modules whose shape is not certain', async () => {
    const wrong: readonly [Layout, object][] = [
      [(path, out, inputs) => nf4(path, out, inputs).slice(0, 4), bnb],
      [
        (path, out, inputs) =>
          nf4(path, out, inputs).map((one) => ({
            ...one,
            data: one.data && json('?').subarray(0),
            shape: one.data ? [3] : one.shape,
          })),
        bnb,
      ],
      [(path, out, inputs) => gptq(path, out, inputs).slice(0, 3), {}],
      // AWQ's other layout, [out, in / 8] with scales [out, …].
      [
        (path, out, inputs) => awq(path, inputs, out),
        { quantization_config: { quant_method: 'awq', bits: 3 } },
      ],
      [(path, out, inputs) => packed(path, out, inputs).slice(0, 2), compressed],
      [
        (path, out, inputs) =>
          packed(path, out, inputs).map((one) => (one.data ? { ...one, data: pair(out, 99) } : one)),
        compressed,
      ],
      // EETQ: in-out, without SCB.
      [
        (path, out, inputs) => int8(path, inputs, out).slice(1),
        { quantization_config: { quant_method: 'eetq' } },
      ],
      [mlx, { quantization: { group_size: 64, bits: 4 } }],
      // HQQ.
      [
        (path, out, inputs) => [{ name: `${path}.W_q`, dtype: 'U8', shape: [out, inputs] }],
        { quantization_config: { quant_method: 'hqq' } },
      ],
    ];
    for (const [layout, config] of wrong) {
      const model = await write(layout, config);
      assert.ok(model.quantization, JSON.stringify(config));
      assert.deepEqual(model.modules, [], JSON.stringify(config));
      throwsWith(() => requireComputable(model), 'model-dtype-unsupported');
    }
  });

  it('is one even where its bytes pass for bfloat16', async () => {
    const model = await write(
      (path, out, inputs) =>
        nf4(path, out, inputs).map((one) =>
          one.name.endsWith('.weight') ? { ...one, dtype: 'BF16', shape: [(out * inputs) / 4, 1] } : one,
        ),
      bnb,
    );
    assert.equal(model.modules[6]?.inFeatures, 12);
    throwsWith(() => requireComputable(model), 'model-dtype-unsupported', /bitsandbytes, 4 bits/);
  });

  it('is none where only config.json says so, or where integers are no weights', async () => {
    const plain: Layout = (path, out, inputs) => [
      { name: `${path}.weight`, dtype: 'BF16', shape: [out, inputs] },
    ];
    const model = await write(plain, bnb);
    assert.equal(model.quantization, undefined);
    requireComputable(model);
    const mask: Layout = (path, out, inputs) => [
      ...plain(path, out, inputs),
      { name: `${path}.bias_mask`, dtype: 'BOOL', shape: [2] },
      { name: `${path}.position_ids`, dtype: 'I64', shape: [2] },
    ];
    requireComputable(await write(mask, {}));
  });

  it('is not what a model in float64 is called', async () => {
    const model = await write(
      (path, out, inputs) => [{ name: `${path}.weight`, dtype: 'F64', shape: [out, inputs] }],
      {},
    );
    throwsWith(
      () => requireComputable(model),
      'model-dtype-unsupported',
      /down_proj\.weight" in .*model\.safetensors is stored as F64, but/,
    );
    try {
      requireComputable(model);
    } catch (thrown) {
      assert.match(toLabError(thrown).next, /^Save the model in float32/);
    }
  });

  it('names its parent by its card, else by config.json, else by its own name', async () => {
    const refusal = async (
      ...[config, more]: [object, { name?: string; card?: string }?]
    ): Promise<string> => {
      try {
        requireComputable(await write(nf4, { ...bnb, ...config }, more));
      } catch (thrown) {
        const { message, next } = toLabError(thrown);
        return `${message} ${next}`;
      }
      return 'not refused';
    };
    const card =
      '---\nlicense: llama3 # as the parent\nbase_model:\n- "meta-llama/Llama-3-8B"\n---\n# Card\n';
    assert.match(
      await refusal({ _name_or_path: 'x/other-7b' }, { card }),
      /; by its README\.md, the unquantized model is meta-llama\/Llama-3-8B\. Point "model" to the folder of meta-llama\/Llama-3-8B\.$/,
    );
    assert.match(
      await refusal({ _name_or_path: 'unsloth/llama-3-8b-bnb-4bit' }, { card: '---\na: [\n---\n' }),
      /by its config\.json, the unquantized model is unsloth\/llama-3-8b\./,
    );
    assert.match(
      await refusal({}, { name: 'Qwen2.5-7B-Instruct-AWQ' }),
      /by its folder's name, the unquantized model is Qwen2\.5-7B-Instruct\./,
    );
    assert.match(
      await refusal({}, { name: 'mine' }),
      /F32, F16 or BF16 only\. Point "model" to the folder of the unquantized model/,
    );
  });
});

describe('the parent of a quantized model', () => {
  const parent = (dir: string, path?: unknown, card?: unknown): string | undefined =>
    parentOf(dir, { _name_or_path: path }, card)?.name;

  it('is the name without what quantizers append', () => {
    for (const [name, stem] of [
      ['Llama-3.2-1B-Instruct-unsloth-bnb-4bit', 'Llama-3.2-1B-Instruct'],
      ['Qwen2.5-7B-Instruct-GPTQ-Int4', 'Qwen2.5-7B-Instruct'],
      ['Meta-Llama-3.1-8B-Instruct-FP8-dynamic', 'Meta-Llama-3.1-8B-Instruct'],
      ['Meta-Llama-3.1-8B-Instruct-quantized.w4a16', 'Meta-Llama-3.1-8B-Instruct'],
      ['Mistral-7B-v0.1-int4-inc', 'Mistral-7B-v0.1'],
      ['Qwen2.5-7B-Instruct-MLX-4bit-gs64', 'Qwen2.5-7B-Instruct'],
      ['Mistral-Nemo-12B-8bit', 'Mistral-Nemo-12B'],
      ['Llama-3_1-8B-NVFP4', 'Llama-3_1-8B'],
    ] as const) {
      assert.equal(parent(`/models/${name}`), stem);
      assert.equal(parent(`C:\\models\\${name}`), stem);
      assert.equal(parent('/models/mine', `org/${name}`), `org/${stem}`);
    }
    for (const name of ['Llama-2-7b-hf', 'gemma-2-2b-it-fp16', 'unsloth-7b', 'model-dynamic']) {
      assert.equal(parent(`/models/${name}`), undefined, name);
    }
  });

  it('is told by config.json, but for the grandparent that quantizers copy', () => {
    assert.equal(parent('/m/Llama-2-7b-GPTQ', 'meta-llama/Llama-2-7b'), 'meta-llama/Llama-2-7b');
    assert.equal(parent('/m/MAmmoTH-7B-AWQ', '/ML-A100/home/models/Llama-2-7b-hf'), 'MAmmoTH-7B');
    assert.equal(parent('/m/mine', '/workspace/llama-7b-hf/'), 'llama-7b-hf');
    assert.equal(
      parent('/m/mine', '/root/.cache/huggingface/hub/models--meta-llama--Llama-2-7b-hf/snapshots/01c7f7'),
      'meta-llama/Llama-2-7b-hf',
    );
    assert.equal(parent('/hub/models--unsloth--Llama-3-8B-bnb-4bit/snapshots/01c7f7'), 'Llama-3-8B');
    for (const useless of [
      '',
      '.',
      './out',
      'None',
      '/workspace/source',
      'out/checkpoint-500',
      7,
      null,
      'a b/c\u001b[2J',
    ]) {
      assert.equal(parent('/m/mine', useless), undefined, String(useless));
    }
    assert.equal(parent('/m/mine-7b', 'mine-7b'), undefined);
  });

  it('is told by a card that means a quantized copy of one model', () => {
    assert.equal(parent('/m/mine', undefined, { base_model: 'a/b-1' }), 'a/b-1');
    assert.equal(
      parent('/m/mine', undefined, { base_model: ['a/b-1'], base_model_relation: 'quantized' }),
      'a/b-1',
    );
    assert.equal(parent('/m/mine', undefined, { base_model: ['a/b-1', 'a/c-1'] }), undefined);
    assert.equal(
      parent('/m/mine', undefined, { base_model: 'a/b-1', base_model_relation: 'finetune' }),
      undefined,
    );
    for (const card of ['text', null, [], { base_model: 7 }, { base_model: {} }]) {
      assert.equal(parent('/m/mine', undefined, card), undefined);
    }
  });
});

import assert from 'node:assert/strict';
import type { BlockSpec } from '../../../../src/models/spec';
import { describeModel, type Fields, type FolderOptions } from './configs';

const blocksOf = (
  modelType: string,
  change: Fields = {},
  options: FolderOptions = {},
): readonly BlockSpec[] => describeModel(modelType, change, options).blocks;
const windows = (modelType: string, change: Fields = {}, layers = 4): (number | undefined)[] =>
  blocksOf(modelType, change, { layers }).map(({ attention }) => attention.window);
/** Angle of the second pair at position 1 in each layer; undefined where nothing turns. */
const angles = (modelType: string, change: Fields = {}, layers = 4): (number | undefined)[] =>
  blocksOf(modelType, change, { layers }).map(({ attention }) => attention.rotary?.frequencies(8)[1]);
/** That angle for a base and a number of entries that turn. */
const angle = (base: number, dims: number): number => base ** (-2 / dims);

describe('what config.json says of heads', () => {
  const sizes = (modelType: string, change: Fields = {}): number[] => {
    const { q, k, v } = blocksOf(modelType, change)[0]!.attention;
    assert.deepEqual(k.heads, v.heads);
    return [q.heads, k.heads, q.headSize];
  };

  it('is their size, width / heads where absent, or a size of the family’s own', () => {
    for (const modelType of ['llama', 'mistral', 'qwen2', 'smollm3', 'phi3']) {
      assert.deepEqual(sizes(modelType), [4, 4, 6], modelType);
      assert.deepEqual(sizes(modelType, { head_dim: null }), [4, 4, 6], modelType);
    }
    assert.deepEqual(sizes('qwen3'), [4, 4, 128]);
    for (const modelType of ['gemma', 'gemma2', 'gemma3', 'gemma3_text']) {
      assert.deepEqual(sizes(modelType), [4, 4, 256], modelType);
    }
    for (const modelType of ['llama', 'mistral', 'qwen2', 'qwen3', 'gemma', 'gemma2', 'gemma3', 'phi3']) {
      assert.deepEqual(sizes(modelType, { head_dim: 10, num_key_value_heads: 2 }), [4, 2, 10], modelType);
    }
    for (const modelType of ['bert', 'roberta', 'distilbert', 'vit', 'gpt2', 'opt']) {
      assert.deepEqual(sizes(modelType), [4, 4, 6], modelType);
    }
  });

  it('decides the scale of products', () => {
    const scale = (modelType: string, change: Fields = {}): number[] =>
      blocksOf(modelType, { ...change }, { layers: 2 }).map(({ attention }) => attention.scale);
    for (const modelType of ['llama', 'bert', 'gpt2', 'opt', 'phi3']) {
      assert.deepEqual(scale(modelType), [1 / Math.sqrt(6), 1 / Math.sqrt(6)], modelType);
    }
    assert.deepEqual(scale('gpt2', { scale_attn_weights: false }), [1, 1]);
    const byLayer = scale('gpt2', { scale_attn_by_inverse_layer_idx: true });
    assert.deepEqual(byLayer, [1 / Math.sqrt(6), 1 / Math.sqrt(6) / 2]);
    assert.deepEqual(scale('gemma', { query_pre_attn_scalar: 9 }), [1 / 16, 1 / 16]);
    for (const modelType of ['gemma2', 'gemma3']) {
      assert.deepEqual(scale(modelType, { head_dim: 4 }), [1 / 16, 1 / 16]);
      assert.deepEqual(scale(modelType, { query_pre_attn_scalar: 9 }), [1 / 3, 1 / 3]);
    }
  });

  it('may norm them', () => {
    const norms = (modelType: string, change: Fields = {}): unknown[] => {
      const { queryNorm, keyNorm } = blocksOf(modelType, change)[0]!.attention;
      return [queryNorm, keyNorm].map((norm) => norm && [norm.name, norm.width, norm.form.weightOffset]);
    };
    const none = [undefined, undefined];
    const named = (size: number, offset: number): unknown[] =>
      ['q_norm', 'k_norm'].map((name) => [`self_attn.${name}`, size, offset]);
    for (const modelType of ['llama', 'qwen2', 'gemma2', 'phi']) assert.deepEqual(norms(modelType), none);
    assert.deepEqual(norms('qwen3', { head_dim: 10 }), named(10, 0));
    assert.deepEqual(norms('gemma3', { head_dim: 10 }), named(10, 1));
    const phi = norms('phi', { qk_layernorm: true });
    assert.deepEqual(phi, [
      ['self_attn.q_layernorm', 8, 0],
      ['self_attn.k_layernorm', 8, 0],
    ]);
  });
});

describe('what config.json says of windows', () => {
  const all = (window: number | undefined): (number | undefined)[] => [window, window, window, window];
  const odd = [3, undefined, 3, undefined];
  const kinds = ['full_attention', 'sliding_attention', 'sliding_attention', 'full_attention'];
  const types = [undefined, 3, 3, undefined];

  it('is the family’s own rule where it names no kinds of layers', () => {
    for (const modelType of ['llama', 'qwen2', 'qwen3', 'smollm3', 'phi3', 'gemma', 'gpt_neox']) {
      assert.deepEqual(windows(modelType), all(undefined), modelType);
    }
    assert.deepEqual(windows('mistral'), all(4096));
    assert.deepEqual(windows('mistral', { sliding_window: 3 }), all(3));
    assert.deepEqual(windows('phi3', { sliding_window: 3 }), all(3));
    assert.deepEqual(windows('gemma2', { sliding_window: 3 }), odd);
    assert.deepEqual(windows('gemma2'), [4096, undefined, 4096, undefined]);
    const pattern = { sliding_window: 3, sliding_window_pattern: 2 };
    assert.deepEqual(windows('gemma3', pattern), odd);
    assert.deepEqual(windows('gemma3', { sliding_window: 3 }, 7), [3, 3, 3, 3, 3, undefined, 3]);
    for (const modelType of ['qwen2', 'qwen3']) {
      const set = { sliding_window: 3, max_window_layers: 2 };
      assert.deepEqual(windows(modelType, set), all(undefined));
      assert.deepEqual(windows(modelType, { ...set, use_sliding_window: true }), [
        undefined,
        undefined,
        3,
        3,
      ]);
    }
    const slides = { sliding_window: 3, no_rope_layers: [0, 1, 1, 0] };
    assert.deepEqual(windows('smollm3', slides), all(undefined));
    assert.deepEqual(windows('smollm3', { ...slides, use_sliding_window: true }), [
      3,
      undefined,
      undefined,
      3,
    ]);
  });

  it('is none where it is null', () => {
    for (const modelType of ['mistral', 'phi3', 'gemma2', 'gemma3', 'qwen2']) {
      const change = { sliding_window: null, use_sliding_window: true, max_window_layers: 0 };
      assert.deepEqual(windows(modelType, change), all(undefined), modelType);
      assert.deepEqual(windows(modelType, { ...change, layer_types: kinds }), all(undefined), modelType);
    }
  });

  it('follows the kinds of layers where it names them', () => {
    for (const modelType of ['mistral', 'phi3', 'gemma2', 'gemma3', 'qwen2', 'qwen3', 'smollm3']) {
      const change = { sliding_window: 3, use_sliding_window: true, layer_types: kinds };
      assert.deepEqual(windows(modelType, change), types, modelType);
    }
  });

  it('counts for Qwen only where it is switched on, whatever the kinds of layers', () => {
    const layer_types = ['sliding_attention', 'full_attention', 'sliding_attention', 'full_attention'];
    for (const modelType of ['qwen2', 'qwen3']) {
      const off = { layer_types, sliding_window: 3, use_sliding_window: false };
      assert.deepEqual(
        blocksOf(modelType, off).map(({ attention }) => attention.window),
        [undefined, undefined, undefined, undefined],
      );
      const usual = { layer_types, use_sliding_window: true };
      assert.equal(blocksOf(modelType, usual)[0]!.attention.window, 4096);
    }
  });
});

describe('what config.json says of rotation', () => {
  it('is the base, or the family’s own', () => {
    const usual: readonly [modelType: string, base: number, dims: number][] = [
      ['llama', 1e4, 6],
      ['mistral', 1e4, 6],
      ['qwen2', 1e4, 6],
      ['qwen3', 1e4, 128],
      ['phi3', 1e4, 6],
      ['gemma', 1e4, 256],
      ['gemma2', 1e4, 256],
    ];
    for (const [modelType, base, dims] of usual) {
      assert.deepEqual(new Set(angles(modelType)), new Set([angle(base, dims)]), modelType);
      for (const change of [
        { rope_theta: 50 },
        { rope_parameters: { rope_theta: 50 } },
        { rope_parameters: { rope_theta: 50, rope_type: 'default' }, rope_theta: 70 },
        { rope_theta: 50, rope_scaling: { type: 'default' } },
        { rope_theta: 50, rope_scaling: null },
        { rope_theta: 50, rope_scaling: {} },
      ]) {
        assert.deepEqual(new Set(angles(modelType, change)), new Set([angle(50, dims)]), modelType);
      }
    }
    assert.equal(angles('smollm3')[0], angle(2e6, 6));
    for (const modelType of ['bert', 'gpt2', 'opt', 'vit', 'distilbert']) {
      assert.deepEqual(new Set(angles(modelType)), new Set([undefined]), modelType);
    }
  });

  it('may be of a part of each head', () => {
    const turned = (modelType: string, change: Fields = {}): number | undefined =>
      blocksOf(modelType, change)[0]!.attention.rotary?.dims;
    assert.deepEqual([turned('phi'), turned('gpt_neox'), turned('phi3')], [4, 2, 6]);
    for (const modelType of ['phi', 'gpt_neox']) {
      assert.equal(turned(modelType, { partial_rotary_factor: 0.8 }), 6, modelType);
      const newer = { partial_rotary_factor: 0.3, rope_parameters: { partial_rotary_factor: 0.8 } };
      assert.equal(turned(modelType, newer), 6, modelType);
    }
    assert.equal(turned('gpt_neox', { rotary_pct: 0.5, partial_rotary_factor: 0.8 }), 4);
    assert.equal(angles('gpt_neox', { rotary_emb_base: 50, rotary_pct: 1, rope_theta: 7 })[0], angle(50, 8));
    assert.equal(turned('phi3', { partial_rotary_factor: 0.7 }), 4);
  });

  it('leaves some layers without', () => {
    const turns = (change: Fields, layers = 4): boolean[] =>
      angles('smollm3', change, layers).map((of) => of !== undefined);
    assert.deepEqual(turns({}, 8), [true, true, true, false, true, true, true, false]);
    assert.deepEqual(turns({ no_rope_layer_interval: 2 }), [true, false, true, false]);
    assert.deepEqual(turns({ no_rope_layers: [0, 0, 1, 0] }), [false, false, true, false]);
  });

  it('has a base of its own for the layers that slide, and scaling for the others alone (Gemma 3)', () => {
    const [sliding, full] = [angle(1e4, 256), angle(1e6, 256)];
    const pattern = { sliding_window_pattern: 2 };
    assert.deepEqual(angles('gemma3', pattern), [sliding, full, sliding, full]);
    const scaled = { ...pattern, rope_scaling: { rope_type: 'linear', factor: 8 } };
    assert.deepEqual(angles('gemma3', scaled), [sliding, full / 8, sliding, full / 8]);
    const own = { ...pattern, rope_theta: 90, rope_local_base_freq: 50 };
    assert.deepEqual(angles('gemma3', own).slice(0, 2), [angle(50, 256), angle(90, 256)]);
    const newer = {
      ...pattern,
      rope_parameters: {
        sliding_attention: { rope_type: 'default', rope_theta: 50 },
        full_attention: { rope_type: 'linear', factor: 8, rope_theta: 90 },
      },
    };
    assert.deepEqual(angles('gemma3', newer).slice(0, 2), [angle(50, 256), angle(90, 256) / 8]);
  });
});

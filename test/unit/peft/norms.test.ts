import assert from 'node:assert/strict';
import fc from 'fast-check';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeSafetensors, type TensorToWrite } from '../../../src/files/safetensorsWrite';
import type { FloatDtype } from '../../../src/files/dtypes';
import { adaLoraScaling, mergeLora } from '../../../src/peft/merge';
import { gramOfColumns, gramOfRows, productNorm } from '../../../src/peft/norms';
import { readAdapterNorms, type NormedModule } from '../../../src/peft/readNorms';
import { rejectsWith } from '../files/throwsCode';
import { temporaryFolder } from '../files/temporary';

const none = (): Promise<void> => Promise.resolve();

/** Numbers that float16 and bfloat16 hold as they are. */
const matrix = (count: number, seed: number): Float32Array =>
  Float32Array.from({ length: count }, (_, at) => (((at * 7 + seed * 13) % 17) - 8) / 8);

/** ‖scaling · B A‖ by the whole product. */
function dense(a: Float32Array, b: Float32Array, rank: number, scaling: number): number {
  const [inputs, outputs] = [a.length / rank, b.length / rank];
  const product = mergeLora(new Float32Array(inputs * outputs), [outputs, inputs], 'out-in', {
    a: { shape: [rank, inputs], values: a },
    b: { shape: [outputs, rank], values: b },
    scaling,
  });
  return Math.sqrt(product.reduce((sum, value) => sum + value * value, 0));
}

const near = (found: number | undefined, wanted: number): void =>
  assert.ok(
    found !== undefined && Math.abs(found - wanted) <= 1e-6 * Math.max(1, wanted),
    `${found} ${wanted}`,
  );

describe('the norm of B A', () => {
  it('is that of the whole product', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc
          .record({
            rank: fc.integer({ min: 1, max: 6 }),
            inputs: fc.integer({ min: 1, max: 9 }),
            outputs: fc.integer({ min: 1, max: 9 }),
          })
          .chain(({ rank, inputs, outputs }) => {
            const numbers = (length: number) =>
              fc.array(fc.float({ min: -2, max: 2, noNaN: true }), { minLength: length, maxLength: length });
            return fc.record({
              rank: fc.constant(rank),
              a: numbers(rank * inputs),
              b: numbers(outputs * rank),
              scaling: fc.double({ min: -3, max: 3, noNaN: true }),
            });
          }),
        async ({ rank, a, b, scaling }) => {
          const [ofA, ofB] = [Float32Array.from(a), Float32Array.from(b)];
          const grams = [await gramOfRows(ofA, rank, none), await gramOfColumns(ofB, rank, none)] as const;
          near(productNorm(...grams, scaling), dense(ofA, ofB, rank, scaling));
        },
      ),
    );
  });

  it('lets others go on every few million multiplications', async () => {
    let breaths = 0;
    const breathe = (): Promise<void> => {
      breaths++;
      return Promise.resolve();
    };
    await gramOfRows(matrix(32 * 20_000, 1), 32, breathe);
    assert.ok(breaths >= 4, String(breaths));
    breaths = 0;
    await gramOfColumns(matrix(20_000 * 32, 2), 32, breathe);
    assert.ok(breaths >= 4, String(breaths));
  });
});

describe("the norms of an adapter's modules", () => {
  const folder = temporaryFolder();
  let count = 0;

  interface Stored {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: Float32Array;
  }
  async function adapter(stored: readonly Stored[], dtype: FloatDtype = 'F32'): Promise<string> {
    const own = path.join(folder.path, String(count++));
    await mkdir(own);
    const tensors = stored.map(({ name, shape, values }): TensorToWrite => ({
      ...{ name, dtype, shape, data: values },
    }));
    await writeSafetensors(path.join(own, 'adapter_model.safetensors'), tensors, { format: 'pt' });
    return own;
  }
  const pair = (stem: string, rank: number, inputs: number, outputs: number): Stored[] => [
    { name: `${stem}.lora_A.weight`, shape: [rank, inputs], values: matrix(rank * inputs, 3) },
    { name: `${stem}.lora_B.weight`, shape: [outputs, rank], values: matrix(outputs * rank, 5) },
  ];
  const q = 'model.layers.0.self_attn.q_proj';
  const module = (of: string, rank: number, scale = 2): NormedModule => ({
    path: of,
    rank,
    alpha: rank * scale,
    scale,
  });

  for (const dtype of ['F32', 'F16', 'BF16'] as const) {
    it(`are scaled as the configuration says, from ${dtype}`, async () => {
      const down = 'model.layers.0.mlp.down_proj';
      const own = await adapter(
        [...pair(`base_model.model.${q}`, 3, 8, 6), ...pair(`base_model.model.${down}`, 2, 5, 4)],
        dtype,
      );
      const { norms, missing } = await readAdapterNorms(own, [module(q, 3), module(down, 2, 0.5)], none);
      near(norms.get(q), dense(matrix(24, 3), matrix(18, 5), 3, 2));
      near(norms.get(down), dense(matrix(10, 3), matrix(8, 5), 2, 0.5));
      assert.deepEqual(missing, []);
    });
  }

  it('are those of weights that are read in several pieces', async () => {
    const inputs = 140_000;
    const own = await adapter(pair(`base_model.model.${q}`, 2, inputs, 4), 'BF16');
    const { norms } = await readAdapterNorms(own, [module(q, 2)], none);
    near(norms.get(q), dense(matrix(2 * inputs, 3), matrix(8, 5), 2, 2));
  });

  it('are found where the class has another beginning, and told where they are not there', async () => {
    const own = await adapter(pair('base_model.model.layers.0.self_attn.q_proj', 3, 8, 6));
    const { norms, missing } = await readAdapterNorms(own, [module(q, 3), module('lm_head', 3)], none);
    near(norms.get(q), dense(matrix(24, 3), matrix(18, 5), 3, 2));
    assert.deepEqual(missing, ['lm_head']);
  });

  it("have AdaLoRA's diagonal between them, and its own scaling", async () => {
    const e = Float32Array.from([2, 0, -1]);
    const stem = `base_model.model.${q}`;
    const own = await adapter([
      { name: `${stem}.lora_A`, shape: [3, 8], values: matrix(24, 3) },
      { name: `${stem}.lora_B`, shape: [6, 3], values: matrix(18, 5) },
      { name: `${stem}.lora_E`, shape: [3, 1], values: e },
    ]);
    const { norms } = await readAdapterNorms(own, [{ path: q, rank: 12, alpha: 24, scale: 2 }], none);
    const scaled = matrix(24, 3).map((value, at) => value * (e[Math.floor(at / 8)] ?? 0));
    near(norms.get(q), dense(scaled, matrix(18, 5), 3, adaLoraScaling(24, 12)));
  });

  it('are those of an embedding too', async () => {
    const stem = 'base_model.model.model.embed_tokens';
    const own = await adapter([
      { name: `${stem}.lora_embedding_A`, shape: [3, 8], values: matrix(24, 3) },
      { name: `${stem}.lora_embedding_B`, shape: [6, 3], values: matrix(18, 5) },
    ]);
    const { norms } = await readAdapterNorms(own, [module('model.embed_tokens', 3)], none);
    near(norms.get('model.embed_tokens'), dense(matrix(24, 3), matrix(18, 5), 3, 2));
  });

  it('are refused where weights are of another rank, do not fit or are missing', async () => {
    const own = await adapter(pair(`base_model.model.${q}`, 3, 8, 6));
    await rejectsWith(readAdapterNorms(own, [module(q, 4)], none), 'adapter-invalid', /rank 4 .* and 3/);
    const [a] = pair(`base_model.model.${q}`, 3, 8, 6);
    const bad = await adapter([
      a!,
      { name: `base_model.model.${q}.lora_B.weight`, shape: [6, 2], values: matrix(12, 1) },
    ]);
    await rejectsWith(readAdapterNorms(bad, [module(q, 3)], none), 'adapter-invalid', /does not fit/);
    const empty = path.join(folder.path, 'empty');
    await mkdir(empty);
    await rejectsWith(readAdapterNorms(empty, [], none), 'adapter-invalid', /do not exist/);
    await writeFile(path.join(empty, 'adapter_model.bin'), 'x');
    await rejectsWith(readAdapterNorms(empty, [], none), 'adapter-invalid', /pickle/);
  });
});

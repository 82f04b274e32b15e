import * as tf from '@tensorflow/tfjs';
import assert from 'node:assert/strict';
import { ConfigReader } from '../../../src/models/configReader';
import { ropeOf, ropeSettings } from '../../../src/models/rope';
import { rotaryTables, type RotaryForm } from '../../../src/models/rotary';
import { openDevice } from '../../../src/tensors/device';
import { throwsWith } from '../files/throwsCode';
import { close } from '../tensors/close';

type Fields = Readonly<Record<string, unknown>>;

const dims = 8;
const theta = 50;
const read = (fields: Fields, maxLength = 100): RotaryForm => {
  const config = new ConfigReader(fields, 'a/folder');
  return ropeOf(config, { dims, theta, scaling: ropeSettings(config), maxLength });
};
const plain = [0, 1, 2, 3].map((i) => theta ** ((-2 * i) / dims));
const same = (fields: Fields, expected: readonly number[], length = 10): void =>
  close(read(fields).frequencies(length), expected, 1e-14, JSON.stringify(fields));

describe('rotary frequencies', () => {
  it('fall with the base, entry i of a head turning with entry i + half', () => {
    same({}, plain);
    for (const none of [null, {}, { type: 'default' }, { rope_type: 'default' }]) {
      same({ rope_scaling: none }, plain);
    }
    assert.deepEqual([read({}).dims, read({}).magnitude], [dims, undefined]);
  });

  it('are divided where scaling is linear, and as they were where it is dynamic: samples end with the positions', () => {
    for (const key of ['type', 'rope_type']) {
      same(
        { rope_scaling: { [key]: 'linear', factor: 4 } },
        plain.map((frequency) => frequency / 4),
      );
      same({ rope_scaling: { [key]: 'dynamic', factor: 4 } }, plain);
    }
  });

  const llama3 = {
    rope_type: 'llama3',
    factor: 8,
    low_freq_factor: 1,
    high_freq_factor: 4,
    original_max_position_embeddings: 40,
  };
  it('are left, blended or divided by the turns within the original length in Llama 3', () => {
    const turns = plain.map((frequency) => (40 * frequency) / (2 * Math.PI));
    // One above the upper bound, one between the two and one below the lower.
    assert.ok(turns[0]! > 4 && turns[1]! < 4 && turns[2]! < 4 && turns[2]! > 0.5 && turns[3]! < 1);
    const expected = plain.map((frequency, i) => {
      if (turns[i]! < 1) return frequency / 8;
      if (turns[i]! > 4) return frequency;
      const blend = (turns[i]! - 1) / 3;
      return (1 - blend) * (frequency / 8) + blend * frequency;
    });
    assert.ok(expected.some((frequency, i) => frequency !== plain[i] && frequency !== plain[i]! / 8));
    same({ rope_scaling: llama3 }, expected);
    const { rope_type: type, ...rest } = llama3;
    same({ rope_scaling: { ...rest, type } }, expected);
    same({ rope_parameters: llama3, rope_scaling: { type: 'linear', factor: 4 } }, expected);
  });

  it('may bring their base with them', () => {
    const expected = [0, 1, 2, 3].map((i) => 7 ** ((-2 * i) / dims) / 4);
    same({ rope_parameters: { rope_type: 'linear', factor: 4, rope_theta: 7 } }, expected);
  });

  const [short_factor, long_factor] = [
    [1, 1.5, 2, 3],
    [2, 4, 8, 16],
  ];
  const longrope = { type: 'longrope', short_factor, long_factor };
  const divided = (factors: readonly number[]): number[] =>
    plain.map((frequency, i) => frequency / factors[i]!);
  it('have divisors of their own within and beyond the original length in longrope', () => {
    for (const type of ['longrope', 'su']) {
      const fields = { original_max_position_embeddings: 25, rope_scaling: { ...longrope, type } };
      same(fields, divided(short_factor), 1);
      same(fields, divided(short_factor), 25);
      same(fields, divided(long_factor), 26);
      // Of a model made four times longer.
      close([read(fields).magnitude!], [Math.sqrt(1 + Math.log(4) / Math.log(25))], 1e-14, 'magnitude');
    }
  });

  it('take the original length beside the scaling first, then inside it, then the length itself', () => {
    const inside = { ...longrope, original_max_position_embeddings: 50 };
    const magnitudeOf = (factor: number, original: number): number =>
      Math.sqrt(1 + Math.log(factor) / Math.log(original));
    close([read({ rope_scaling: inside }).magnitude!], [magnitudeOf(2, 50)], 1e-14, 'inside');
    same({ rope_scaling: inside }, divided(long_factor), 51);
    const both = { original_max_position_embeddings: 25, rope_scaling: inside };
    close([read(both).magnitude!], [magnitudeOf(4, 25)], 1e-14, 'beside');
    same(both, divided(long_factor), 26);
    assert.equal(read({ rope_scaling: longrope }).magnitude, 1);
    assert.equal(read({ original_max_position_embeddings: 200, rope_scaling: longrope }).magnitude, 1);
    const factor = { ...longrope, factor: 16, original_max_position_embeddings: 25 };
    close([read({ rope_scaling: factor }).magnitude!], [magnitudeOf(16, 25)], 1e-14, 'factor');
    // The ratio counts where the length stands beside the other settings, as in transformers.
    const beside = { original_max_position_embeddings: 25, rope_scaling: factor };
    close([read(beside).magnitude!], [magnitudeOf(4, 25)], 1e-14, 'ratio');
    assert.equal(read({ rope_scaling: { ...factor, attention_factor: 1.25 } }).magnitude, 1.25);
  });

  const refused: readonly [fields: Fields, message: RegExp][] = [
    [{ rope_scaling: { type: 'yarn', factor: 2 } }, /rope_scaling of type "yarn" is not computed/],
    [{ rope_scaling: { type: 7 } }, /rope_scaling of type 7/],
    [{ rope_scaling: 'linear' }, /rope_scaling "linear" is not an object/],
    [{ rope_parameters: [] }, /rope_parameters \[\] is not an object/],
    [{ rope_parameters: { rope_theta: 0 } }, /rope_theta 0 is not above 0/],
    [{ rope_scaling: { type: 'linear' } }, /factor \(absent\) is not a number/],
    [{ rope_scaling: { type: 'linear', factor: -2 } }, /factor -2 is not above 0/],
    ...['factor', 'low_freq_factor', 'high_freq_factor', 'original_max_position_embeddings'].map(
      (field): [Fields, RegExp] => [
        { rope_scaling: { ...llama3, [field]: undefined } },
        new RegExp(`${field} \\(absent\\)`),
      ],
    ),
    [{ rope_scaling: { ...longrope, short_factor: undefined } }, /short_factor is not a list of numbers/],
    [{ rope_scaling: { ...longrope, long_factor: [1, 2, 3] } }, /long_factor has 3 entries, not 4/],
    [{ rope_scaling: { ...longrope, long_factor: [1, 2, 3, '4'] } }, /long_factor is not a list of numbers/],
    [{ rope_scaling: { ...longrope, attention_factor: 0 } }, /attention_factor 0 is not above 0/],
    [
      { original_max_position_embeddings: 0.5, rope_scaling: longrope },
      /original_max_position_embeddings 0\.5/,
    ],
  ];
  for (const [fields, message] of refused) {
    it(`are refused with ${JSON.stringify(fields)}, naming folder and field`, () => {
      throwsWith(() => read(fields), 'model-config-invalid', message);
      throwsWith(() => read(fields), 'model-config-invalid', /^config\.json of a\/folder cannot be used: /);
    });
  }

  it('are refused for a number of entries that has no pairs', () => {
    const config = new ConfigReader({}, 'a/folder');
    for (const odd of [0, 1, 7]) {
      const run = (): RotaryForm => ropeOf(config, { dims: odd, theta, maxLength: 10 });
      throwsWith(
        run,
        'model-config-invalid',
        new RegExp(`${odd} entries of a head cannot be turned in pairs`),
      );
    }
  });
});

describe('rotaryTables', () => {
  before(() => openDevice('native', 1));

  it('are cosines and sines of position times frequency, to the last digit of float32', () => {
    // A position so far out that its angle in float32 would have no right digit behind the point.
    const length = 3000;
    for (const magnitude of [undefined, 1.25]) {
      const form: RotaryForm = {
        dims: 6,
        frequencies: (asked) => [1, 0.31, asked / 1e5],
        ...(magnitude === undefined ? {} : { magnitude }),
      };
      const tables = rotaryTables(form, length);
      assert.deepEqual([tables.dims, tables.cos.shape, tables.sin.shape], [6, [length, 3], [length, 3]]);
      const expected = (f: (angle: number) => number): Float32Array =>
        Float32Array.from({ length: 3 * length }, (_, index) => {
          const frequency = [1, 0.31, length / 1e5][index % 3]!;
          return (magnitude ?? 1) * f(Math.floor(index / 3) * frequency);
        });
      assert.deepEqual(tables.cos.dataSync(), expected(Math.cos));
      assert.deepEqual(tables.sin.dataSync(), expected(Math.sin));
      tf.dispose([tables.cos, tables.sin]);
    }
  });
});

import assert from 'node:assert/strict';
import util from 'node:util';
import { thisPlatform } from '../../../src/files/runtimes';
import { runtimes } from '../../../src/shared/runtimes';
import { reasonOf, restoreNodeUtilities } from '../../../src/tensors/tensorflow';

const gpu = '@tensorflow/tfjs-node-gpu';

describe("reasonOf: why TensorFlow's own runtime cannot be used", () => {
  const error = (message: string, code?: string): Error =>
    Object.assign(new Error(message), code === undefined ? {} : { code });
  const cases: readonly [what: string, thrown: unknown, sentence: string][] = [
    [
      'the package is not there',
      error(`Cannot find module '${gpu}'\nRequire stack:\n- /a/file.js`, 'MODULE_NOT_FOUND'),
      runtimes.tensorflow.platforms.includes(thisPlatform)
        ? `${gpu} is not installed: the command Install GPU Runtime gets it.`
        : `${gpu} is not installed.`,
    ],
    [
      'its native part was never downloaded',
      error(`The Node.js native addon module (tfjs_binding.node) can not be found at path: /a/b`),
      `${gpu} is there without libtensorflow: the command Install GPU Runtime gets it, and so does npm rebuild ${gpu} --ignore-scripts=false.`,
    ],
    [
      'one of its own dependencies is not there',
      error("Cannot find module '@mapbox/node-pre-gyp'", 'MODULE_NOT_FOUND'),
      `${gpu} is there without libtensorflow: the command Install GPU Runtime gets it, and so does npm rebuild ${gpu} --ignore-scripts=false.`,
    ],
    [
      'a system library is missing',
      error('libcudart.so.11.0: cannot open shared object file\nmore', 'ERR_DLOPEN_FAILED'),
      `${gpu} misses a system library: libcudart.so.11.0: cannot open shared object file.`,
    ],
    ['anything else', error('It broke'), `${gpu} failed to load: It broke.`],
    ['something that is no error', 'a string', `${gpu} failed to load: a string.`],
  ];
  for (const [what, thrown, sentence] of cases) {
    it(what, () => {
      assert.equal(reasonOf(gpu, thrown), sentence);
    });
  }
});

describe('restoreNodeUtilities', () => {
  const target = util as unknown as Record<string, unknown>;
  const names = ['isNullOrUndefined', 'isArray'] as const;
  const before = names.map((name) => target[name]);
  afterEach(() => {
    names.forEach((name, index) => (target[name] = before[index]));
  });

  it('adds what Node 23 removed', () => {
    for (const name of names) target[name] = undefined;
    restoreNodeUtilities();
    const isNull = target['isNullOrUndefined'] as (value: unknown) => boolean;
    assert.deepEqual([null, undefined, 0, '', false].map(isNull), [true, true, false, false, false]);
    const isArray = target['isArray'] as (value: unknown) => boolean;
    assert.deepEqual([[], {}, new Float32Array(1)].map(isArray), [true, false, false]);
  });

  it("leaves Node's own alone", () => {
    const own = () => true;
    for (const name of names) target[name] = own;
    restoreNodeUtilities();
    for (const name of names) assert.equal(target[name], own);
  });
});

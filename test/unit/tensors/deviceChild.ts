import * as tf from '@tensorflow/tfjs';
import { toLabError } from '../../../src/shared/errors';
import type { Device } from '../../../src/shared/words';
import { openDevice, type OpenDevice } from '../../../src/tensors/device';
import type { KernelBuild } from '../../../src/tensors/kernels/heapKernels';
import { primitives } from '../../../src/tensors/primitives/current';
import { heap } from '../../../src/tensors/primitives/heap';
import { startWasm } from '../../../src/tensors/wasm';
import { addressOf, wasmBackend } from '../../../src/tensors/wasmHeap';
import { sidesOf, type ProductCase } from './products';

/** What a process of its own can be asked for: a process has one device for its life. */
export interface Questions {
  readonly open: { device: Device | 'auto' };
  readonly startWasm: { builds: readonly KernelBuild[] };
  readonly products: { cases: readonly ProductCase[] };
  readonly fillHeap: { blockBytes: number };
  readonly holdHeap: { bytes: number };
}
export interface Answers {
  readonly open: { device: Device; backend: string; description: string; refused: OpenDevice['refused'] };
  readonly startWasm: { description: string; primitives: 'heap' | 'composed' };
  readonly products: {
    results: { shape: number[]; values: Float32Array }[];
    dataLeft: number;
    highest: number;
  };
  readonly fillHeap: { blocks: number; code: string; message: string; afterwards: number[] };
  readonly holdHeap: null;
}

const answers: { [Q in keyof Questions]: (question: Questions[Q]) => Promise<Answers[Q]> } = {
  open: async ({ device: wanted }) => {
    const { device, description, refused } = await openDevice(wanted, 1);
    return { device, backend: tf.getBackend(), description, refused };
  },
  startWasm: async ({ builds }) => {
    const description = await startWasm('wasm', 1, builds);
    return { description, primitives: primitives() === heap ? 'heap' : 'composed' };
  },
  products: async ({ cases }) => {
    const before = tf.engine().backend.numDataIds();
    let highest = 0;
    const results = cases.map((of) =>
      tf.tidy(() => {
        const { a, b } = sidesOf(of);
        const [left, right] = [tf.tensor(a, [...of.aShape]), tf.tensor(b, [...of.bShape])];
        const out = tf.matMul(left, right, of.transposeA, of.transposeB);
        if (tf.getBackend() === 'wasm') highest = Math.max(highest, addressOf(out));
        return { shape: out.shape, values: out.dataSync() as Float32Array };
      }),
    );
    return { results, dataLeft: tf.engine().backend.numDataIds() - before, highest };
  },
  fillHeap: async ({ blockBytes }) => {
    const backend = wasmBackend();
    const known = tf.tensor1d([1, 2, 3]);
    const blocks: tf.TensorInfo[] = [];
    try {
      // Pages that nothing writes to cost no memory of the machine.
      while (blocks.length < 1000) blocks.push(backend.makeOutput([blockBytes / 4], 'float32'));
    } catch (thrown) {
      const { code, message } = toLabError(thrown);
      const afterwards = [...tf.add(known, 1).dataSync()];
      for (const { dataId } of blocks) tf.engine().backend.disposeData(dataId);
      return { blocks: blocks.length, code, message, afterwards };
    }
    throw new Error('The heap has no end.');
  },
  holdHeap: async ({ bytes }) => {
    wasmBackend().makeOutput([bytes / 4], 'float32');
    return null;
  },
};

process.on('message', ({ question, of }: { question: keyof Questions; of: never }) => {
  answers[question](of).then(
    (answer) => process.send?.({ answer }),
    (thrown: unknown) => process.send?.({ error: toLabError(thrown).toPayload() }),
  );
});

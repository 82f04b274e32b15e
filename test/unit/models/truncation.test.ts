import assert from 'node:assert/strict';
import type { AnySample } from '../../../src/models/samples';
import { truncationNote } from '../../../src/models/truncation';

describe('what is said of samples that were cut', () => {
  const whole: AnySample = { ids: [1, 2, 3, 4, 5], targets: [1, 2, 3, 4, 5] };
  const cut: AnySample = { ids: [1, 2, 3], targets: [1, 2, 3], truncated: true };
  const image: AnySample = { pixels: new Float32Array(4), label: 0, length: 9 };

  it('is how many of how many, and to what length', () => {
    const shorter: AnySample = { ids: [1, 2], label: 0, truncated: true };
    assert.equal(truncationNote([whole, cut, shorter, image]), '2 of 4 samples were cut to 3 tokens');
    assert.equal(truncationNote([shorter, whole]), '1 of 2 samples was cut to 2 tokens');
  });

  it('is nothing where none was', () => {
    assert.equal(truncationNote([whole, image]), undefined);
    assert.equal(truncationNote([]), undefined);
  });
});

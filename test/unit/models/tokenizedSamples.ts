import fc from 'fast-check';
import { ignored, type Sample } from '../../../src/models/samples';

/** Samples of any length whose targets are partly ignored; at least one is left to predict. */
export function sampleOf(maxLength: number, vocabulary: number): fc.Arbitrary<Sample> {
  const token = fc.record({ id: fc.nat({ max: vocabulary - 1 }), trained: fc.boolean() });
  return fc
    .array(token, { minLength: 2, maxLength })
    .filter((tokens) => tokens.slice(1).some(({ trained }) => trained))
    .map((tokens) => ({
      ids: tokens.map(({ id }) => id),
      targets: tokens.map(({ id, trained }) => (trained ? id : ignored)),
    }));
}

import fc from 'fast-check';
import { sampleExperiment } from './sampleExperiment';

const scraps = [
  '',
  ' ',
  '\n',
  ':',
  '- ',
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '#',
  '&a ',
  '*a',
  '|',
  '>',
  '? ',
  '%',
  '!',
  '\t',
  '\r\n',
  '...',
  '---\n',
  '<<',
  '🙂',
  '\u0000',
  'plan:',
  '  ',
];

/** The sample experiment after a few slips: pieces removed, characters put in, the end cut off; or any text at all. */
export const halfTyped: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .tuple(
        fc.array(
          fc.record({
            at: fc.nat({ max: sampleExperiment.length }),
            remove: fc.oneof(fc.constant(0), fc.nat({ max: 30 })),
            put: fc.constantFrom(...scraps),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        fc.option(fc.nat({ max: sampleExperiment.length })),
      )
      .map(([slips, cut]) => {
        let text = sampleExperiment;
        for (const { at, remove, put } of slips) text = text.slice(0, at) + put + text.slice(at + remove);
        return text.slice(0, cut ?? text.length);
      }),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.constantFrom(...scraps, 'a', '1', 'model')).map((parts) => parts.join('')),
  },
);

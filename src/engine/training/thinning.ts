/** Up to this step every one is recorded; beyond it, half as many to a whole as many of them in each doubling. */
const dense = 200;

/** Power of 2 by which recorded steps differ: 1 below 200, 2 from 200, 4 from 400, 8 from 800. */
const strideAt = (step: number): number => 2 ** Math.max(0, Math.floor(Math.log2(step / (dense / 2))));

/**
 * Whether a step of a training gets a line in the journal. Every one of the first 200 does, then 100 in each doubling of
 * the steps: a million steps make some 1,400 lines, and the last one is at most 1 % of the steps ago.
 *
 * It depends on the step alone, so that a resumed run writes the lines of an uninterrupted one.
 *
 * @param step counted from 1
 */
export const isRecorded = (step: number): boolean => step % strideAt(step) === 0;

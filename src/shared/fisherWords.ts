import type { LabelKind } from './words';

/** What the scores are, for people. */
export const fisherWords: Readonly<Record<LabelKind, string>> = {
  empirical: "empirical Fisher information, with the data's labels",
  true: 'true Fisher information, with labels drawn from the model',
};

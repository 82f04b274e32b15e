import type { Estimator, LabelKind } from './words';

/** What the scores of an estimator are, for people: what is measured, its unit and where it comes from. */
export function estimatorWords(estimator: Estimator | undefined, labels: LabelKind): string {
  switch (estimator) {
    case 'gate-fisher':
      return 'Fisher information of gates on warmed-up adapters, in loss² (FLoE)';
    default:
      return labels === 'empirical'
        ? "empirical Fisher information, with the data's labels"
        : 'true Fisher information, with labels drawn from the model';
  }
}

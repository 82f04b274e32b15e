import type { Estimator, LabelKind } from './words';

/** What the scores of an estimator are, for people. */
interface EstimatorFacts {
  readonly what: string;
  /** Absent where `what` says it. */
  readonly unit?: string;
  readonly source?: string;
}

const facts: Record<Exclude<Estimator, 'fisher'>, EstimatorFacts> = {
  'gate-fisher': {
    what: 'Fisher information of gates on warmed-up adapters',
    unit: 'loss²',
    source: 'FLoE',
  },
  sensitivity: {
    what: 'sensitivity, the sum of squared gradients of each weight matrix',
    unit: 'loss² per weight²',
    source: 'LoRA-SMoE',
  },
  taylor: {
    what: 'first-order Taylor salience, the sum of |weight · mean gradient|',
    unit: 'loss',
    source: 'Molchanov et al. 2017',
  },
  'gradient-norm': {
    what: "mean norm of each sample's gradient in the weight matrix",
    unit: 'loss per weight',
  },
  eva: { what: "share of the variance of a module's inputs in its leading components", source: 'EVA, PEFT' },
  spectrum: {
    what: 'power-law exponent of the spectrum of each weight matrix, larger where less trained',
    source: 'AlphaLoRA',
  },
};

/** Why scoring cannot stop once it is sure of the top layers; those that are missing are means over samples, and can. */
const needsAll: Partial<Record<Estimator, string>> = {
  'gate-fisher': 'its adapters are warmed up on all samples before any is scored',
  taylor: 'it scores the mean gradient of all samples',
  eva: 'it looks for components in the inputs of all samples',
  spectrum: 'it looks at no samples',
};

/** Why the scores of an estimator cannot stop before all samples are scored; undefined where they can. */
export const whyNotStopped = (estimator: Estimator): string | undefined => needsAll[estimator];

/** What the scores of an estimator are, for people: what is measured, its unit and where it comes from. */
export function estimatorWords(estimator: Estimator | undefined, labels: LabelKind): string {
  if (estimator === undefined || estimator === 'fisher') {
    return labels === 'empirical'
      ? "empirical Fisher information, with the data's labels"
      : 'true Fisher information, with labels drawn from the model';
  }
  const { what, unit, source } = facts[estimator];
  return [
    what,
    unit === undefined ? '' : `, in ${unit}`,
    source === undefined ? '' : ` (${source})`,
    labels === 'true' ? ', with labels drawn from the model' : '',
  ].join('');
}

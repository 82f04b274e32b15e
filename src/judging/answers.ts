import { formatShare } from '../shared/format';
import { meanAndError } from '../shared/meanAndError';
import type { Answer, Arm, Comparison, ControlName, Verdict } from '../shared/verdict';
import { controlWords, verdictDifference, verdictValue } from '../shared/verdictWords';

/** What words are made of. */
export type VerdictFacts = Omit<Verdict, 'words' | 'answers'>;

/** The verdict against the first control, in one sentence that holds all that matters. */
export function sentenceOf(facts: VerdictFacts, without: readonly string[]): string {
  const { arms, comparisons, isOver, seeds } = facts;
  if (arms.length < 2) return `Nothing to judge. ${without.join(' ')}`.trim();
  const [first] = comparisons;
  if (first === undefined) {
    return isOver || seeds.length < 2
      ? 'No verdict: one seed says nothing about others, and train.seeds has no more.'
      : 'Not judged yet: it takes two seeds.';
  }
  const sentence = `${callWords(facts, first)}: ${valuesOf(facts, first)}${costWords(facts, first)}.`;
  return isOver ? sentence : `So far: ${sentence.charAt(0).toLowerCase()}${sentence.slice(1)}`;
}

/** The three questions of whoever designs an adapter. */
export const answersOf = (facts: VerdictFacts): Answer[] =>
  facts.comparisons.length === 0
    ? []
    : [
        { question: 'Same size, better?', words: better(facts) },
        { question: 'Smaller, as good?', words: smaller(facts) },
        { question: 'Same quality, faster?', words: faster(facts) },
      ];

/** "Better than the uniform plan of at most its size" */
function callWords(facts: VerdictFacts, { call, control, isEquivalent, interval }: Comparison): string {
  const what = controlWords[control];
  if (call === 'better') return `Better than ${what}`;
  if (call === 'worse') return `Worse than ${what}`;
  if (isEquivalent) return `As good as ${what}, within ± ${verdictDifference(facts, facts.margin)}`;
  return `No difference from ${what} found, within ± ${verdictDifference(facts, Math.max(...interval.map(Math.abs)))}`;
}

/** "accuracy 88.1 % against 86.0 % on test data, 2.1 points more (0.8 to 3.4 with 95 % confidence, 3 seeds)" */
function valuesOf(facts: VerdictFacts, comparison: Comparison): string {
  const { metric, split } = facts;
  const { control, seeds } = comparison;
  const [ours, theirs] = (['plan', control] as const).map((name) =>
    verdictValue(facts, meanOf(pairedValues(facts, name, control))),
  );
  return `${metric} ${ours} against ${theirs} on ${split} data, ${signedWords(facts, comparison, `, ${seeds} seeds`)}`;
}

/** Values of an arm for the seeds that it shares with a control. */
function pairedValues({ arms, seeds }: VerdictFacts, name: Arm['name'], control: ControlName): number[] {
  const shared = seeds.filter((seed) =>
    (['plan', control] as const).every((one) =>
      arms.some((arm) => arm.name === one && arm.results.some((result) => result.seed === seed)),
    ),
  );
  const results = arms.find((arm) => arm.name === name)?.results ?? [];
  return results.filter(({ seed }) => shared.includes(seed)).map(({ value }) => value);
}

/** "2.1 points more (0.8 to 3.4 with 95 % confidence)", the interval in the direction of the difference. */
function signedWords(
  facts: VerdictFacts,
  { difference, interval: [low, high] }: Comparison,
  seeds = '',
): string {
  if (difference === 0 && low === high) return `no difference at all${seeds.replace(',', ' in')}`;
  const sign = difference < 0 ? -1 : 1;
  const [near, far] = sign < 0 ? [-high, -low] : [low, high];
  const bound = (value: number): string =>
    (facts.metric === 'accuracy' ? (100 * value).toFixed(1) : value.toFixed(3)).replace('-', '−');
  const confidence = formatShare(1 - facts.level).replace('.0 %', ' %');
  const direction = difference < 0 ? 'less' : 'more';
  return `${verdictDifference(facts, difference)} ${direction} (${bound(near)} to ${bound(far)} with ${confidence} confidence${seeds})`;
}

/** What it costs against the control, as far as that differs: ", with 25.0 % of its parameters". */
function costWords({ arms }: VerdictFacts, { control, timeRatios }: Comparison): string {
  const [ours, theirs] = (['plan', control] as const).map((name) => arms.find((arm) => arm.name === name));
  const size = (ours?.parameters ?? 0) / Math.max(1, theirs?.parameters ?? 1);
  const time = meanOf(timeRatios);
  const parts = [
    ...(Math.abs(size - 1) < 0.05 ? [] : [`${formatShare(size)} of its parameters`]),
    ...(timeRatios.length === 0 ? [] : [`${formatShare(time)} of its time a step`]),
  ];
  return parts.length === 0 ? '' : `, at ${parts.join(' and ')}`;
}

function better(facts: VerdictFacts): string {
  const found = facts.comparisons.find(({ control }) => control === 'uniform');
  if (found === undefined) return notAsked(facts, 'uniform');
  const words = signedWords(facts, found);
  if (found.call === 'better') return `Yes: ${words}.`;
  if (found.call === 'worse') return `No, worse: ${words}.`;
  return found.isEquivalent
    ? `No, as good, within ± ${verdictDifference(facts, facts.margin)}: ${words}.`
    : `No difference found: ${words}.`;
}

function smaller(facts: VerdictFacts): string {
  const found = facts.comparisons.find(({ control }) => control === 'all-layers');
  if (found === undefined) return notAsked(facts, 'all-layers');
  const [ours, theirs] = (['plan', 'all-layers'] as const).map(
    (name) => facts.arms.find((arm) => arm.name === name)?.parameters ?? 0,
  );
  const size = (ours ?? 0) / Math.max(1, theirs ?? 1);
  if (size >= 0.95) return 'It is not smaller than the same row in all layers.';
  const words = `${formatShare(size)} of the parameters of ${controlWords['all-layers']}, ${signedWords(facts, found)}`;
  if (found.call === 'worse') return `No, worse: ${words}.`;
  if (found.isAsGood) return `Yes: ${words}.`;
  const most = Math.max(...found.interval.map(Math.abs));
  return `Not shown, it may be worse by up to ${verdictDifference(facts, most)}: ${words}.`;
}

/** Ratios of times nearer to 1 than this are the same. */
const sameTime = 0.05;

function faster(facts: VerdictFacts): string {
  const asGood = facts.comparisons.filter(({ isAsGood, timeRatios }) => isAsGood && timeRatios.length > 0);
  if (asGood.length === 0) return 'Not shown: that its quality is the same is not clear.';
  const sentences = asGood.map(({ control, timeRatios }) => {
    const [least, most] = [Math.min(...timeRatios), Math.max(...timeRatios)];
    const isSame = least >= 1 - sameTime && most <= 1 + sameTime;
    const verdict = isSame ? 'As fast' : most < 1 ? 'Yes' : least > 1 ? 'No, slower' : 'Not clear';
    const seeds = timeRatios.length === 1 ? 'one seed' : `${timeRatios.length} seeds`;
    return `${verdict}: a step takes ${formatShare(meanOf(timeRatios))} of the time of ${controlWords[control]} (${formatShare(least)} to ${formatShare(most)}, ${seeds}).`;
  });
  return sentences.join(' ');
}

const notAsked = ({ arms }: VerdictFacts, control: ControlName): string =>
  arms.some(({ name }) => name === control)
    ? 'Not known yet.'
    : `Not asked: name ${control} under judge.controls.`;

const meanOf = (values: readonly number[]): number => meanAndError(values).mean;

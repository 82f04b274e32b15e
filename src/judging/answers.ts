import { capital, formatShare, listWords } from '../shared/format';
import { meanAndError } from '../shared/meanAndError';
import type { Answer, Arm, Comparison, ControlName, Verdict } from '../shared/verdict';
import {
  controlWords,
  findingOf,
  findingWords,
  verdictDifference,
  verdictValue,
} from '../shared/verdictWords';

/** A control that was asked for and that there is none of, and why, a sentence. */
export interface Missing {
  readonly control: ControlName;
  readonly why: string;
}

/** What words are made of. */
export type VerdictFacts = Omit<Verdict, 'words' | 'answers'>;

/** The verdict against the first control, in one sentence that holds all that matters. */
export function sentenceOf(facts: VerdictFacts, without: readonly Missing[]): string {
  const { arms, comparisons, isOver, seeds } = facts;
  if (arms.length < 2) return `Nothing to judge. ${without.map(({ why }) => why).join(' ')}`.trim();
  const [first] = comparisons;
  if (first === undefined) {
    return isOver || seeds.length < 2
      ? 'No verdict: one seed says nothing about others. Give train.seeds three or more.'
      : 'Not judged yet: it takes two seeds.';
  }
  const sentence = `${callWords(facts, first)}: ${valuesOf(facts, first)}${costWords(facts, first)}.`;
  return isOver ? sentence : `So far: ${uncapital(sentence)}`;
}

/** The three questions of whoever designs an adapter. */
export const answersOf = (facts: VerdictFacts, without: readonly Missing[]): Answer[] =>
  facts.comparisons.length === 0
    ? []
    : [
        { question: 'Same size, better?', words: better(facts, without) },
        { question: 'Smaller, as good?', words: smaller(facts, without) },
        { question: 'Same quality, faster?', words: faster(facts) },
      ];

/** "Better than the uniform plan of at most its size" */
function callWords(facts: VerdictFacts, comparison: Comparison): string {
  const { control, interval } = comparison;
  const finding = findingOf(comparison);
  const what = `${capital(findingWords(finding))} ${controlWords[control]}`;
  const margin = verdictDifference(facts, facts.margin);
  if (finding === 'as good') return `${what}, within ± ${margin}`;
  if (finding === 'at least as good') return `${what}, or worse by less than ${margin}`;
  return finding === 'no difference'
    ? `${what} found, within ± ${verdictDifference(facts, Math.max(...interval.map(Math.abs)))}`
    : what;
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
  const isLess = difference < 0;
  const [near, far] = isLess ? [-high, -low] : [low, high];
  const bound = (value: number): string => {
    const words = verdictDifference(facts, value).replace(' points', '');
    return `${value < 0 && Number.parseFloat(words) !== 0 ? '−' : ''}${words}`;
  };
  const confidence = formatShare(1 - facts.level).replace('.0 %', ' %');
  const size = verdictDifference(facts, difference);
  const mean =
    Number.parseFloat(size) === 0 ? 'no difference on average' : `${size} ${isLess ? 'less' : 'more'}`;
  return `${mean} (${bound(near)} to ${bound(far)} with ${confidence} confidence${seeds})`;
}

/** What it costs against the control, as far as that differs: ", at 25.0 % of its parameters". */
function costWords(facts: VerdictFacts, { control, timeRatios }: Comparison): string {
  const [ours, theirs] = armsOf(facts, control);
  const time = timeRatios.length === 0 ? 1 : meanOf(timeRatios);
  const [of, to] = [ours, theirs].map((arm) => arm?.results[0]?.memoryBytes ?? 0);
  const parts = [
    shareWords(sizeOf(facts, control), 'parameters'),
    shareWords(time, 'time a step'),
    shareWords(of && to ? of / to : 1, 'memory'),
  ].flat();
  return parts.length === 0 ? '' : `, at ${listWords(parts)}`;
}

/** Ratios nearer to 1 than this are the same. */
const same = 0.05;
const shareWords = (ratio: number, of: string): string[] =>
  Math.abs(ratio - 1) < same ? [] : [`${formatShare(ratio)} of its ${of}`];

const armsOf = ({ arms }: VerdictFacts, control: ControlName): (Arm | undefined)[] =>
  (['plan', control] as const).map((name) => arms.find((arm) => arm.name === name));

/** Parameters of the plan over those of a control. */
function sizeOf(facts: VerdictFacts, control: ControlName): number {
  const [ours = 0, theirs = 0] = armsOf(facts, control).map((arm) => arm?.parameters);
  return theirs === 0 ? 1 : ours / theirs;
}

function better(facts: VerdictFacts, without: readonly Missing[]): string {
  const found = facts.comparisons.find(({ control }) => control === 'uniform');
  if (found === undefined) return notAsked(facts, 'uniform', without);
  // A control has whole ranks: where it could not be as large, that is said first.
  const size = shareWords(sizeOf(facts, 'uniform'), 'parameters')
    .map((words) => `, at ${words}`)
    .join('');
  const words = `${signedWords(facts, found)}${size}`;
  const finding = findingOf(found);
  if (finding === 'better') return `Yes: ${words}.`;
  if (finding === 'worse') return `No, worse: ${words}.`;
  if (finding === 'no difference') return `No difference found: ${words}.`;
  const margin = verdictDifference(facts, facts.margin);
  return finding === 'as good'
    ? `No, as good, within ± ${margin}: ${words}.`
    : `Not shown, but not worse by ${margin}: ${words}.`;
}

function smaller(facts: VerdictFacts, without: readonly Missing[]): string {
  const found = facts.comparisons.find(({ control }) => control === 'all-layers');
  if (found === undefined) return notAsked(facts, 'all-layers', without);
  const size = sizeOf(facts, 'all-layers');
  if (size >= 1 - same) return 'It is not smaller than the same row in all layers.';
  const words = `${formatShare(size)} of the parameters of ${controlWords['all-layers']}, ${signedWords(facts, found)}`;
  const finding = findingOf(found);
  if (finding === 'worse') return `No, worse: ${words}.`;
  if (finding !== 'no difference') return `Yes: ${words}.`;
  const [low, high] = found.interval;
  const most = Math.max(0, facts.metric === 'accuracy' ? -low : high);
  return `Not shown, it may be worse by up to ${verdictDifference(facts, most)}: ${words}.`;
}

function faster(facts: VerdictFacts): string {
  const asGood = facts.comparisons.filter(({ isAsGood, timeRatios }) => isAsGood && timeRatios.length > 0);
  if (asGood.length === 0) return 'Not shown: that its quality is the same is not clear.';
  const sentences = asGood.map(({ control, timeRatios }) => {
    const [least, most] = [Math.min(...timeRatios), Math.max(...timeRatios)];
    const isSame = least >= 1 - same && most <= 1 + same;
    const verdict = isSame ? 'As fast' : most < 1 ? 'Yes' : least > 1 ? 'No, slower' : 'Not clear';
    const seeds = timeRatios.length === 1 ? 'one seed' : `${timeRatios.length} seeds`;
    return `${verdict}: a step takes ${formatShare(meanOf(timeRatios))} of the time of ${controlWords[control]} (${formatShare(least)} to ${formatShare(most)}, ${seeds}).`;
  });
  return sentences.join(' ');
}

function notAsked({ arms }: VerdictFacts, control: ControlName, without: readonly Missing[]): string {
  const missing = without.find((one) => one.control === control);
  if (missing !== undefined) return `Not asked: ${uncapital(missing.why)}`;
  return arms.some(({ name }) => name === control)
    ? 'Not known yet.'
    : `Not asked: name ${control} under judge.controls.`;
}

const uncapital = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

const meanOf = (values: readonly number[]): number => meanAndError(values).mean;

import { listWords } from '../../shared/format';
import type { ControlName, Verdict } from '../../shared/verdict';
import { verdictDifference } from '../../shared/verdictWords';
import { confidenceWords } from '../verdictNumbers';
import type { References } from './references';

const controls: Readonly<Record<ControlName, string>> = {
  uniform: 'a uniform plan, every target module alike with at most as many parameters as the plan',
  random: 'the plan’s rows in layers drawn by chance, other ones for each seed',
  'all-layers': 'the plan’s usual row in every target module, whatever that costs',
};

/** How a plan was judged against its controls, as a paragraph. */
export function verdictMethod(verdict: Verdict, refs: References): string {
  const { arms, margin, seeds, metric, split } = verdict;
  const against = arms.flatMap(({ name }) => (name === 'plan' ? [] : [controls[name]]));
  const done = Math.max(0, ...arms.map(({ results }) => results.length));
  // What is looked at once, after two or three seeds, has no looks to share the error among (judging/judgement.ts).
  const isSequential = seeds.length > 3;
  return [
    `The plan is trained over the same seeds, data and steps as ${listWords(against)}. What is compared is the ${metric} on ${split} data, pair by pair: of one seed and one example under both plans, so that what they have in common cancels.`,
    `The standard error is that of resampling seeds and examples, which are crossed ${refs.cite('pigeonhole')}, in closed form; intervals are Student’s t with Satterthwaite’s degrees of freedom.`,
    ...(isSequential
      ? [
          `It is looked after each seed from the third on, at most ${seeds.length} of them (here ${done}); each look is taken at the same, lower level, so that all looks together call a difference where there is none in ${confidenceWords({ level: 1 - verdict.level })} of the cases ${refs.cite('looks')}.`,
        ]
      : []),
    ...(margin > 0
      ? [`A difference of at most ${verdictDifference(verdict, margin)} was said beforehand not to matter.`]
      : []),
  ].join(' ');
}

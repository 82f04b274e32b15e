import type { Arm, Comparison, Verdict } from '../shared/verdict';
import { armTitles, verdictDifference } from '../shared/verdictWords';
import { armValue, confidenceWords, taskWords } from './verdictNumbers';

const marks: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '<': '\\textless{}',
  '>': '\\textgreater{}',
  '|': '\\textbar{}',
  '"': "''",
};

/** Text as it stands in LaTeX; characters that end lines or are for machines become spaces. */
export const latexText = (text: string): string =>
  text
    .replace(/[\p{Cc}\u2028\u2029]+/gu, ' ')
    .replace(/[\\~^<>|"]|[&%$#_{}]/g, (mark) => marks[mark] ?? `\\${mark}`);

/**
 * A verdict as a table for papers (booktabs): arms × parameters, seeds, the metric's mean ± standard error over them, and plan less
 * each control with its interval. Pure.
 *
 * @param source what the table is from, for a comment
 */
export function verdictLatex(verdict: Verdict, source: string): string {
  const { metric, arms, comparisons, split, margin } = verdict;
  const [scale, digits, unit] = metric === 'accuracy' ? [100, 1, '\\%'] : [1, 3, 'nats'];
  const signed = (value: number): string => {
    const text = (scale * Math.abs(value)).toFixed(digits);
    if (Number(text) === 0) return text;
    return `${value > 0 ? '+' : '-'}${text}`;
  };
  const comparisonOf = ({ name }: Arm): Comparison | undefined =>
    comparisons.find(({ control }) => control === name);
  const rows = arms.map((arm) => {
    const value = armValue(arm);
    const error =
      arm.results.length < 2 || value === undefined ? '' : ` \\pm ${(scale * value.error).toFixed(digits)}`;
    const one = comparisonOf(arm);
    return [
      latexText(armTitles[arm.name]),
      `$${arm.parameters.toLocaleString('en-US').replaceAll(',', '{,}')}$`,
      seedCell(arm, one),
      value === undefined ? '--' : `$${(scale * value.mean).toFixed(digits)}${error}$`,
      one === undefined ? '' : `$${signed(one.difference)}$`,
      one === undefined ? '' : `$[${one.interval.map(signed).join(',\\,')}]$`,
    ].join(' & ');
  });
  const caption = [
    `${metric === 'accuracy' ? 'Accuracy' : 'Loss'} on ${split} data of ${taskWords(verdict)}:`,
    `mean over an arm's seeds${arms.some(({ results }) => results.length > 1) ? ' ± standard error' : ''},`,
    `and plan less control, over the seeds that both have, with its ${confidenceWords(verdict)} interval over all looks.`,
    ...(arms.some((arm) => hasOwnSeeds(arm, comparisonOf(arm)))
      ? ['In parentheses are the seeds of the difference, where they are not all of the control.']
      : []),
    ...(margin > 0 ? [`A difference of at most ${verdictDifference(verdict, margin)} does not matter.`] : []),
  ].join(' ');
  return [
    `% ${source.replaceAll(/\s+/g, ' ')}`,
    '% Needs \\usepackage{booktabs}.',
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexText(caption).replaceAll('±', '$\\pm$')}}`,
    '  \\label{tab:verdict}',
    '  \\begin{tabular}{lrrrrr}',
    '    \\toprule',
    `    Arm & Parameters & Seeds & ${metric === 'accuracy' ? 'Accuracy' : 'Loss'} (${unit}) & Difference & ${latexText(confidenceWords(verdict)).replace(' ', '\\,')} interval \\\\`,
    '    \\midrule',
    ...rows.map((row) => `    ${row} \\\\`),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

/** "6", or "6 (5)" of a control with a seed that the plan has not: the difference is over fewer. */
const seedCell = (arm: Arm, one: Comparison | undefined): string =>
  `$${arm.results.length}$${hasOwnSeeds(arm, one) ? ` ($${one?.seeds}$)` : ''}`;

/** Whether a control was trained with more seeds than it is compared over, as in a judgement that was stopped. */
const hasOwnSeeds = ({ results }: Arm, one: Comparison | undefined): boolean =>
  one !== undefined && one.seeds !== results.length;

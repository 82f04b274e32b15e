import type { AdaptedMatrix } from '../resolve';
import { resolve } from '../resolve';
import type { PatternRow } from '../description';
import { keyTest } from '../../../peft/patterns';
import { keyFix, pathOf, reword } from './fixes';
import { isKnown } from '../known';
import { keyMeant } from './meant';
import { liesOutside, parameterNames, pathsOf, toldPatternsOf, type PatternOf } from './patterns';
import type { Finding, Fix, Rule, RuleInput } from './rule';
import { counted, parametersMissed, ratio } from './say';

/** D1: PEFT tries a key on each module and takes the default where none matches, without a word (its issue 3582). */
export const unmatchedKeys: Rule = {
  id: 'D1',
  severity: 'warning',
  title: 'A pattern’s key matches no module',
  documentation: 'https://github.com/huggingface/peft/issues/3582',
  check(input) {
    const { base, resolved, config } = input;
    if (!base || !resolved) return [];
    const others = parameterNames(config);
    const told = toldPatternsOf(config).filter(({ what }) => isKnown(config, what));
    return told.flatMap((pattern) =>
      pattern.rows.flatMap((row): Finding[] => {
        const matches = keyTest(row.pattern);
        if (resolved.modules.some(({ path }) => matches(path))) return [];
        if (liesOutside(row.pattern) || others.some(matches)) return [];
        const elsewhere = base.matrices.filter(({ path }) => matches(path)).length;
        const said =
          elsewhere > 0
            ? notAdapted(pattern, row, elsewhere)
            : nowhere(input, pattern, row, resolved.modules);
        const fixes = [...said.fixes, ...removal(input, pattern, row)];
        return [{ message: said.message, range: row.keyRange, fixes }];
      }),
    );
  },
};

const name = ({ entry }: PatternOf, { pattern }: PatternRow): string =>
  `${entry.key} key ${JSON.stringify(pattern)}`;

function notAdapted(
  pattern: PatternOf,
  row: PatternRow,
  elsewhere: number,
): Pick<Finding, 'message' | 'fixes'> {
  const message = `${name(pattern, row)} matches ${counted(elsewhere, 'module')}, none of which gets an adapter: ${pattern.what} ${row.value} holds for nothing.`;
  return { message, fixes: [] };
}

function nowhere(
  { text, config, base, resolved }: RuleInput,
  pattern: PatternOf,
  row: PatternRow,
  modules: readonly AdaptedMatrix[],
): Pick<Finding, 'message' | 'fixes'> {
  const said = `${name(pattern, row)} matches no module`;
  const meant = keyMeant(row.pattern, pathsOf(modules));
  if (meant === undefined || !base || !resolved) {
    const message = `${said}: ${pattern.what} ${row.value} holds for none of the ${counted(modules.length, 'module')} with an adapter.`;
    return { message, fixes: [] };
  }
  const would = modules.filter(({ path }) => keyTest(meant)(path));
  const left = would.filter(
    (module) => (pattern.what === 'rank' ? module.rankRow : module.alphaRow) === undefined,
  );
  const rows = pattern.rows.map((one) => (one === row ? { ...one, pattern: meant } : one));
  const settings = { ...config.settings, [pattern.what === 'rank' ? 'ranks' : 'alphas']: rows };
  const missed = resolve({ ...config, settings }, base).parameters - resolved.parameters;
  const kept =
    left.length === 0
      ? 'other keys hold for all of the modules that it seems to mean'
      : `${theMeant(left.length, would.length)} the default ${pattern.what} ${ratio(pattern.usual)} in place of ${ratio(row.value)}`;
  return {
    message: `${said}: ${kept}${parametersMissed(missed)}.`,
    fixes: [
      {
        title: `Change to ${JSON.stringify(meant)}`,
        edits: [reword(text, row.keyRange, meant, config.syntax)],
        isPreferred: true,
      },
    ],
  };
}

/** `the 4 modules that it seems to mean get`. */
function theMeant(left: number, all: number): string {
  const those =
    left === all ? (all === 1 ? 'the module' : `the ${all} modules`) : `${left} of the ${all} modules`;
  return `${those} that it seems to mean ${left === 1 ? 'gets' : 'get'}`;
}

const removal = (input: RuleInput, { entry, field }: PatternOf, { pattern }: PatternRow): Fix[] =>
  keyFix(input, `Remove the key from ${entry.key}`, [
    { path: [...pathOf(input.config, field), pattern], value: undefined },
  ]);

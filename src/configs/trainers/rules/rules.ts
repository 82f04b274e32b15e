import type { BaseModel } from '../../../files/baseModel';
import { keyTest } from '../../../peft/patterns';
import { sortEdits } from '../../text/textEdit';
import type { TrainerConfig } from '../description';
import { resolve } from '../resolve';
import type { SyntaxFault } from '../tree';
import { adaLoraSchedule } from './adaLoraSchedule';
import { droppedKeys } from './droppedKeys';
import { dropoutOfParameters } from './dropout';
import { isKnown, targeting } from '../known';
import { Elsewhere } from './elsewhere';
import { layerChoice } from './layerChoice';
import { lilySizes } from './lilySizes';
import { missingTargets } from './missingTargets';
import { movedScale } from './movedScale';
import { overlappingKeys } from './overlappingKeys';
import { rankStabilizedConversion } from './rankStabilized';
import { resumedPatterns } from './resumed';
import type { Finding, Rule, RuleId, RuleInput, Severity } from './rule';
import { servedRank, servedScale } from './serving';
import { tooManyModules } from './tooManyModules';
import { unmatchedKeys } from './unmatchedKeys';
import { read, unreadablePatterns } from './unreadable';

/** All rules, in the order of their numbers. */
export const rules: readonly Rule[] = [
  unmatchedKeys,
  overlappingKeys,
  tooManyModules,
  movedScale,
  missingTargets,
  layerChoice,
  adaLoraSchedule,
  dropoutOfParameters,
  lilySizes,
  rankStabilizedConversion,
  droppedKeys,
  resumedPatterns,
  servedRank,
  servedScale,
];

/** What is told beside the rules: the language's own faults, and values that a trainer would not take. */
export const faultKinds = {
  syntax: { title: 'The file cannot be read', severity: 'error' },
  value: { title: 'A value is not of its kind', severity: 'error' },
} as const satisfies Record<string, { readonly title: string; readonly severity: Severity }>;

export type FindingId = RuleId | keyof typeof faultKinds;

/** A finding with everything that is shown of it. */
export interface Told extends Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  readonly title: string;
}

/**
 * What is wrong with one adapter of a file, in the order of the text. Never throws: an expression that cannot be read is a
 * finding, and what depends on it is passed over. Of what the text does not tell, and of constants that stand elsewhere in a
 * Python source, nothing is said.
 *
 * @param text the whole file that the config was read from
 * @param base absent where the base model was not found
 * @param parse for Python, without which its sources get no fixes that add or remove keys; JSON and YAML need none
 */
export function findings(
  text: string,
  config: TrainerConfig,
  base: BaseModel | undefined,
  parse?: RuleInput['parse'],
): Told[] {
  const readable = asPythonReads(config);
  const elsewhere = new Elsewhere(config);
  const wrong = [
    ...faults('value', config.faults),
    ...unreadablePatterns(text, config).map((one) => elsewhere.withoutFixes(asFault('value', one))),
  ];
  // Any key may be in Python's `**settings`.
  if (config.root.hasUnknownKeys) return inOrder(wrong);
  const resolved = base && isKnown(config, ...targeting) ? read(() => resolve(readable, base)) : undefined;
  // Without the targets nothing is known of the modules.
  const known = resolved ? base : undefined;
  const input = { text, config: readable, base: known, resolved, parse };
  const found = rules
    .filter(({ needs = [] }) => isKnown(config, ...needs))
    .flatMap((rule) => (read(() => rule.check(input)) ?? []).map((finding) => told(rule, finding)))
    .filter((finding) => !elsewhere.isAbout(finding))
    .map((finding) => elsewhere.withoutFixes(finding));
  return inOrder([...wrong, ...found]);
}

/** Faults of the language, for a file that was recognized; places are kept within the text. */
export const syntaxFindings = (text: string, found: readonly SyntaxFault[]): Told[] =>
  inOrder(
    faults(
      'syntax',
      found.map(({ message, range }) => ({
        message,
        range: { start: Math.min(range.start, text.length), end: Math.min(range.end, text.length) },
      })),
    ),
  );

const told = (rule: Rule, finding: Finding): Told => ({
  id: rule.id,
  severity: rule.severity,
  title: rule.title,
  documentation: rule.documentation,
  ...finding,
  fixes: finding.fixes.map((fix) => ({ ...fix, edits: sortEdits(fix.edits) })),
});

const faults = (kind: keyof typeof faultKinds, found: readonly SyntaxFault[]): Told[] =>
  found.map(({ message, range }) => asFault(kind, { message: `${message}.`, range, fixes: [] }));

const asFault = (kind: keyof typeof faultKinds, finding: Finding): Told => ({
  id: kind,
  ...faultKinds[kind],
  ...finding,
});

const inOrder = (found: readonly Told[]): Told[] => [...found].sort((a, b) => a.range.start - b.range.start);

/** Without patterns that cannot be read; of a key that stands twice, the first's place and the last's value. */
function asPythonReads(config: TrainerConfig): TrainerConfig {
  const rows = (written: typeof config.settings.ranks): typeof written => {
    const byKey = new Map(written.map((row) => [row.pattern, row]));
    const order = [...new Set(written.map(({ pattern }) => pattern))];
    return order
      .flatMap((pattern) => byKey.get(pattern) ?? [])
      .filter(({ pattern }) => read(() => keyTest(pattern)) !== undefined);
  };
  const { ranks, alphas } = config.settings;
  return { ...config, settings: { ...config.settings, ranks: rows(ranks), alphas: rows(alphas) } };
}

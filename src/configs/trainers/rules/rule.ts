import type { BaseModel } from '../../../files/baseModel';
import type { TextEdit } from '../../text/textEdit';
import type { TextRange } from '../../text/yamlText';
import type { TrainerConfig } from '../description';
import type { Field } from '../fields';
import type { ResolvedAdapter } from '../resolve';
import type { ParsedTree } from '../tree';

export const ruleIds = [
  'D1',
  'D2',
  'D3',
  'D4',
  'D5',
  'D6',
  'D7',
  'D8',
  'D9',
  'D10',
  'D11',
  'D12',
  'D13',
  'D14',
] as const;
export type RuleId = (typeof ruleIds)[number];

export const severities = ['error', 'warning', 'information'] as const;
export type Severity = (typeof severities)[number];

/** What a rule looks at. */
export interface RuleInput {
  readonly text: string;
  readonly config: TrainerConfig;
  /** Absent where the base model was not found: rules that need it say nothing then. */
  readonly base: BaseModel | undefined;
  /** What the file comes to on the base model; absent too where the text does not tell which modules are meant. */
  readonly resolved: ResolvedAdapter | undefined;
  /** Reads the config's map again out of an edited text, so that fixes are proved; Python's needs its parser. */
  readonly parse?: ((text: string) => ParsedTree) | undefined;
}

/** A way to mend what was found, as edits of the file. */
export interface Fix {
  /** What the editor's menu says: `Set lora_alpha to 32`. */
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** The one that is most likely meant. */
  readonly isPreferred?: boolean;
}

/** A mistake with its place. */
export interface Finding {
  /** What is wrong and what comes of it, in numbers. */
  readonly message: string;
  readonly range: TextRange;
  readonly fixes: readonly Fix[];
  /** Where this one is worse, or less bad, than its rule. */
  readonly severity?: Severity;
  /** Where the trainer's own page says more than the rule's. */
  readonly documentation?: string;
}

/** One silent mistake. All rules stand in one table, which the editor and `adapter-lab check` read. */
export interface Rule {
  readonly id: RuleId;
  readonly severity: Severity;
  /** A few words, for lists. */
  readonly title: string;
  /** Where it is documented: PEFT's page, or the trainer's. */
  readonly documentation: string;
  /** Settings without which it says nothing: a variable's value is not known, and the default is not meant. */
  readonly needs?: readonly Field[];
  check(input: RuleInput): readonly Finding[];
}

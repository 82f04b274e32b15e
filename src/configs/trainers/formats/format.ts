import type { AdapterKind, PlacedName, TrainerFormat } from '../description';
import type { Field, KeyTable } from '../fields';
import type { ConfigEntry, MapNode, SyntaxFault } from '../tree';

/** What is written, by field; a key with nothing behind it counts as not written. */
export type Said = Readonly<Partial<Record<Field, ConfigEntry>>>;

/** A trainer's file as a table. One page a format lies beside this one. */
export interface Format {
  readonly id: TrainerFormat;
  /** For people. */
  readonly name: string;
  /** The trainer's own page about these keys. */
  readonly documentation: string;
  /** Whether a file is of this format, by what it says; its name has no say, because users choose it. */
  recognizes(root: MapNode): boolean;
  /** Paths where a lens may stand; the first that is written is taken, else the file's first key. */
  readonly places?: readonly string[];
  /** What the trainer's own loader makes of a file before it is read. Places stay those of the file. */
  loads?(root: MapNode): MapNode;
  kindOf(root: MapNode): AdapterKind;
  /** Keys by field, for one kind of adapter. */
  keysOf(kind: AdapterKind): KeyTable;
  /** The trainer's defaults, where the file says nothing. */
  defaultsOf(kind: AdapterKind, said: Said): Defaults;
  /** Lists of names may be one text with commas between them. */
  readonly commas?: boolean;
  /** How targets are said, where not as PEFT's list, expression or `all-linear`. */
  targetsOf?(said: Said): SaidTargets;
}

export interface Defaults {
  readonly rank: number;
  /** May depend on the rank that is written: LLaMA-Factory doubles it. */
  readonly alpha: (rank: number) => number;
  /** What is adapted where the file names nothing; null where PEFT decides by the model's architecture. */
  readonly targets: readonly string[] | 'all-linear' | null;
}

export interface SaidTargets {
  readonly names: readonly PlacedName[];
  /** An expression, or `all-linear`, in the place of names. */
  readonly pattern?: string | undefined;
  /** Names that the trainer does not know. */
  readonly faults?: readonly SyntaxFault[];
}

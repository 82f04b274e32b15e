import type { Targets } from '../../peft/patterns';
import type { TextRange } from '../text/yamlText';
import type { Field, KeyTable } from './fields';
import type { ConfigEntry, MapNode, Syntax, SyntaxFault } from './tree';

/** The formats that are recognized, by trainer. */
export const trainerFormats = [
  'peft',
  'axolotl',
  'llama-factory',
  'llama-factory-v1',
  'torchtune',
  'unsloth',
  'ludwig',
  'trl',
  'python',
] as const;
export type TrainerFormat = (typeof trainerFormats)[number];

/** Which of PEFT's adapters a file asks for. */
export type AdapterKind = 'lora' | 'adalora' | 'lily';

/** One adapter as a user's file asks for it: a file has one, a Python source one a call. */
export interface TrainerConfig {
  readonly format: TrainerFormat;
  readonly syntax: Syntax;
  readonly kind: AdapterKind;
  /** What is read and edited: the whole file's map, or the call's arguments by name. */
  readonly root: MapNode;
  /** Where a lens stands: the first key, or the name that is called. */
  readonly place: TextRange;
  /** The keys of this format, for this kind of adapter. */
  readonly keys: KeyTable;
  /** What is written, by field. */
  readonly said: Readonly<Partial<Record<Field, ConfigEntry>>>;
  /** What it comes to, with the trainer's defaults. */
  readonly settings: AdapterSettings;
  /** Values that the trainer would not take. */
  readonly faults: readonly SyntaxFault[];
}

export interface AdapterSettings {
  /** As written: a name on the hub, or a folder. */
  readonly baseModel: string | undefined;
  /** AdaLoRA's is the one that it begins with. */
  readonly rank: number;
  readonly alpha: number;
  readonly rankStabilized: boolean;
  readonly dora: boolean;
  readonly targets: Targets;
  /** Only so many of the last layers, where `targets` names no layers: unsloth's. */
  readonly lastLayers?: number | undefined;
  /** The names of `targets.target_modules` where the file lists them, each with its place; a comma list has one a part. */
  readonly targetNames: readonly PlacedName[];
  readonly ranks: readonly PatternRow[];
  readonly alphas: readonly PatternRow[];
  readonly adalora?: AdaLoraSettings | undefined;
  readonly lily?: LilySettings | undefined;
}

export interface PlacedName {
  /** In PEFT's names: torchtune's `output_proj` is `o_proj`. */
  readonly name: string;
  readonly range: TextRange;
}

/** One row of a rank or alpha pattern, in the order of the file. */
export interface PatternRow {
  readonly pattern: string;
  readonly value: number;
  readonly keyRange: TextRange;
  readonly range: TextRange;
}

/** Steps are the optimizer's. */
export interface AdaLoraSettings {
  readonly targetRank: number;
  readonly tinit: number;
  readonly tfinal: number;
  readonly deltaT: number;
  /** PEFT has no default. */
  readonly totalStep: number | undefined;
}

export interface LilySettings {
  readonly strideA: number;
  readonly numB: number;
  readonly scaling: number;
}

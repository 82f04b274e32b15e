import type { Field } from './fields';

/** What can stand behind a field's key, for completion and JSON schemas. What it is for is in `facts/fieldDocs.ts`. */
export interface FieldType {
  readonly type: 'count' | 'number' | 'flag' | 'text' | 'names' | 'layers' | 'pattern' | 'object';
  /** Where there are few that are usual; others may be allowed. */
  readonly values?: readonly (string | boolean)[];
}

const flag: FieldType = { type: 'flag', values: [true, false] };
/** `LoraConfig.init_lora_weights` of PEFT. */
const inits = [
  true,
  false,
  'gaussian',
  'eva',
  'olora',
  'pissa',
  'pissa_niter_16',
  'corda',
  'loftq',
  'orthogonal',
];

/** Sources: the dataclasses `LoraConfig`, `AdaLoraConfig`, `LilyConfig` of PEFT, and the pages of the trainers. */
export const fieldTypes: Readonly<Record<Field, FieldType>> = {
  baseModel: { type: 'text' },
  rank: { type: 'count' },
  alpha: { type: 'number' },
  dropout: { type: 'number' },
  rankStabilized: flag,
  dora: flag,
  initWeights: { type: 'text', values: inits },
  targets: { type: 'names' },
  targetLinear: flag,
  excluded: { type: 'names' },
  targetParameters: { type: 'names' },
  modulesToSave: { type: 'names' },
  layers: { type: 'layers' },
  layersPattern: { type: 'names' },
  layerReplication: { type: 'object' },
  rankPattern: { type: 'pattern' },
  alphaPattern: { type: 'pattern' },
  targetRank: { type: 'count' },
  tinit: { type: 'number' },
  tfinal: { type: 'number' },
  deltaT: { type: 'number' },
  totalStep: { type: 'count' },
  strideA: { type: 'count' },
  numB: { type: 'count' },
  scaling: { type: 'number' },
  adaptMlp: flag,
  adaptAttention: flag,
  adaptOutput: flag,
  lastLayers: { type: 'count' },
  seedAdapter: { type: 'text' },
  createNewAdapter: flag,
  resumeFrom: { type: 'text' },
  servedMaxRank: { type: 'count' },
  evaConfig: { type: 'object' },
};

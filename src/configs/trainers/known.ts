import type { TrainerConfig } from './description';
import type { Field } from './fields';
import { isTold } from './tree';

/** Whether the text tells these settings, or that they are the trainer's defaults. */
export const isKnown = ({ said, root }: TrainerConfig, ...fields: readonly Field[]): boolean =>
  fields.every((field) => (said[field] ? isTold(said[field].value) : !root.hasUnknownKeys));

/** What decides which modules get an adapter. */
export const targeting: readonly Field[] = [
  'targets',
  'targetLinear',
  'excluded',
  'targetParameters',
  'modulesToSave',
  'layers',
  'layersPattern',
  'layerReplication',
  'lastLayers',
  'adaptMlp',
  'adaptAttention',
  'adaptOutput',
];

/**
 * What trainers let their users say of adapters, in one set of names: PEFT's meaning, our spelling. A format gives each the
 * key under which its file has it.
 */
export const fields = [
  'baseModel',
  'rank',
  'alpha',
  'dropout',
  'rankStabilized',
  'dora',
  'initWeights',
  'targets',
  'targetLinear',
  'excluded',
  'targetParameters',
  'modulesToSave',
  'layers',
  'layersPattern',
  'layerReplication',
  'rankPattern',
  'alphaPattern',
  // AdaLoRA
  'targetRank',
  'tinit',
  'tfinal',
  'deltaT',
  'totalStep',
  // Lily
  'strideA',
  'numB',
  'scaling',
  // torchtune and unsloth
  'adaptMlp',
  'adaptAttention',
  'adaptOutput',
  'lastLayers',
  // An adapter that training begins with, and a training that goes on.
  'seedAdapter',
  'createNewAdapter',
  'resumeFrom',
  // What serves the adapter.
  'servedMaxRank',
  'evaConfig',
] as const;
export type Field = (typeof fields)[number];

/** Under which path of its file a format has each field: `adapter.r`. A field that is missing, the trainer has no key for. */
export type KeyTable = Readonly<Partial<Record<Field, string>>>;

import type { Field } from '../fields';

/** What each field is for, in one sentence. PEFT's meaning; trainers hand it on. */
export const fieldDocs: Readonly<Record<Field, string>> = {
  baseModel: 'The base model: a name on the Hugging Face hub, or a folder.',
  rank: 'Rank of the update: A has so many rows and B so many columns, which decides how many parameters a module gets.',
  alpha:
    'Scales the update: it is multiplied with alpha / rank, or alpha / √rank with rank-stabilized scaling.',
  dropout: 'Probability that an input of the adapter is dropped while training.',
  rankStabilized:
    'Scales by alpha / √rank instead of alpha / rank (rsLoRA), so that high ranks keep learning.',
  dora: 'Learns the length of each output row apart from its direction (DoRA), with one parameter more per output.',
  initWeights: 'How A and B begin; by default the update is zero, so training begins at the base model.',
  targets:
    'Which modules get an adapter: ends of their paths, one regular expression that fits the whole path, or all linear ones.',
  targetLinear: 'Adapts every linear module except the output matrix.',
  excluded: 'Modules that get no adapter although the targets name them.',
  targetParameters: 'Parameters that are no module of their own, such as experts kept in one tensor.',
  modulesToSave: 'Modules that are trained whole and saved with the adapter.',
  layers: 'Limits the adapter to these layers; targets that are full paths are not limited.',
  layersPattern: 'The name before the layer number in a path, where it is not the usual one.',
  layerReplication:
    'Lays ranges of layers side by side again; copies share weights, and each has its own adapter.',
  rankPattern:
    'Ranks of single modules: a regular expression for the end of a path, and its rank; the first that fits counts.',
  alphaPattern:
    'Alphas of single modules: a regular expression for the end of a path, and its alpha; the first that fits counts.',
  targetRank: 'The average rank that AdaLoRA comes down to.',
  tinit: 'Steps in which AdaLoRA warms up at its first rank, before it prunes.',
  tfinal: 'Steps at the end in which AdaLoRA trains on with the ranks that are left.',
  deltaT: 'Steps from one pruning of AdaLoRA to the next.',
  totalStep: 'All optimizer steps of the training, which AdaLoRA plans its pruning by.',
  strideA: 'How many modules in turn share one A of Lily.',
  numB: 'How many B’s the modules of one target share in Lily, mixed by a router.',
  scaling: 'Lily’s scale: its update is multiplied with it.',
  adaptMlp: 'Whether the modules of the mlp get an adapter.',
  adaptAttention: 'Whether the modules of attention get an adapter.',
  adaptOutput: 'Whether the output matrix over the vocabulary gets an adapter.',
  lastLayers: 'Limits the adapter to so many layers from the end.',
  seedAdapter:
    'A folder with an adapter that training begins with; its ranks and targets count, not those written here.',
  createNewAdapter: 'Begins a new adapter on top of the one that is loaded, instead of training that one on.',
  resumeFrom: 'A checkpoint whose training goes on; shapes must be the same.',
  servedMaxRank: 'The highest rank that what serves the adapter has room for.',
  evaConfig:
    'EVA: begins A with the directions in which a module’s inputs vary most, and moves ranks accordingly.',
};

/** PEFT's defaults (0.21) of fields that no format changes; rank, alpha and targets are the format's own. */
export const fieldDefaults: Readonly<Partial<Record<Field, string>>> = {
  dropout: '0',
  rankStabilized: 'false',
  dora: 'false',
  initWeights: 'true',
  targetRank: '8',
  tinit: '0',
  tfinal: '0',
  deltaT: '1',
  strideA: '1',
  numB: '2',
  scaling: '1.0',
};

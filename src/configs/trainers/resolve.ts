import type { BaseModel, FusedExperts, Matrix } from '../../files/baseModel';
import { isInLanguageHead } from '../../files/classPaths';
import { defaultTargets } from '../../peft/defaultTargets';
import { keyMatcher } from '../../peft/keyMatcher';
import { classifierNames, isSaved, savedNames } from '../../peft/names';
import { targetMatcher, type Targets } from '../../peft/patterns';
import { placedNames } from './names';
import type { AdapterSettings, PatternRow, TrainerConfig } from './description';
import { fusedParameters, lilySharing, loraParameters, type LilyGroup } from './parameters';
import { layerMapOf, replicate } from './replicate';
import { entryOf, textOf } from './tree';

/** What a file gives a module, or a parameter of its own. */
export interface Given {
  readonly rank: number;
  readonly alpha: number;
  /** What its update is multiplied with: α/r, or α/√r; Lily's scaling. */
  readonly scale: number;
  /** The row of the rank pattern that holds for it. */
  readonly rankRow: PatternRow | undefined;
  readonly alphaRow: PatternRow | undefined;
}

/** A matrix with the adapter that a file gives it. */
export interface AdaptedMatrix extends Matrix, Given {}

/** A block's experts in one tensor, with the adapter that `target_parameters` gives them. */
export interface AdaptedExperts extends FusedExperts, Given {}

/** What a file comes to on its base model. */
export interface ResolvedAdapter {
  readonly modules: readonly AdaptedMatrix[];
  /** Trainable parameters of the adapters; Lily's shared tensors once. Modules saved whole are not counted. */
  readonly parameters: number;
  /** All matrices of the class that the file is for: `layer_replication` has given each copy of a layer its own. */
  readonly matrices: readonly Matrix[];
  /** What is matched: the file's targets, or PEFT's own for the model's type. */
  readonly targets: Targets;
  /** Experts in one tensor that `target_parameters` adapts; they are in `parameters`. */
  readonly experts: readonly AdaptedExperts[];
  /** What modules of `modules_to_save` add to the trainable parameters, as far as the files have them. */
  readonly savedParameters: number;
  /** Which of Lily's modules share tensors; empty for other kinds. */
  readonly sharing: readonly LilyGroup[];
  /** What the numbers leave out, a sentence each. */
  readonly notCounted: readonly string[];
}

/**
 * Matches a file's names against a model's, as PEFT would.
 * @throws LabError `adapter-invalid` where a pattern is no regular expression
 */
export function resolve(config: TrainerConfig, base: BaseModel): ResolvedAdapter {
  const { settings, kind, said } = config;
  const notCounted: string[] = [];
  const task = textOf(entryOf(config.root, 'task_type')?.value) ?? null;
  const targets = targetsOf(config, base, task, notCounted);
  const matrices = matricesOf(config, base, task, notCounted);
  const isTargeted = targetMatcher(targets);
  const given = giver(config);
  const modules = matrices
    .filter(({ path, kind: of }) => isTargeted(path, of))
    .map((matrix) => adapted(matrix, given(matrix.path)));
  const named = targetMatcher({
    target_modules: placedNames(said.targetParameters?.value).map(({ name }) => name),
  });
  const experts = base.fused
    .filter(({ path }) => kind === 'lora' && named(path))
    .map((one): AdaptedExperts => ({ ...one, ...given(one.path) }));
  const sharing = kind === 'lily' ? lilySharing(modules, targets, settings) : [];
  const own =
    kind === 'lily' ? sharing : modules.map((module) => ({ parameters: loraParameters(module, config) }));
  const all = [...own, ...experts.map((one) => ({ parameters: fusedParameters(one) }))];
  return {
    modules,
    parameters: all.reduce((sum, { parameters }) => sum + parameters, 0),
    matrices,
    targets,
    experts,
    savedParameters: savedParameters(targets, base, notCounted),
    sharing,
    notCounted,
  };
}

/** Field by field: spreading two objects costs ten times as much, and a large model has a thousand matrices. */
const adapted = (matrix: Matrix, given: Given): AdaptedMatrix => ({
  path: matrix.path,
  checkpointPath: matrix.checkpointPath,
  kind: matrix.kind,
  inFeatures: matrix.inFeatures,
  outFeatures: matrix.outFeatures,
  layer: matrix.layer,
  isConv1d: matrix.isConv1d,
  rank: given.rank,
  alpha: given.alpha,
  scale: given.scale,
  rankRow: given.rankRow,
  alphaRow: given.alphaRow,
});

/** What the file's rows give a path, by the first pattern that holds for it. */
function giver({ settings, kind }: TrainerConfig): (path: string) => Given {
  const rankRowOf = rowMatcher(settings.ranks);
  const alphaRowOf = rowMatcher(settings.alphas);
  return (path) => {
    const rankRow = rankRowOf(path);
    const alphaRow = alphaRowOf(path);
    const rank = rankRow?.value ?? settings.rank;
    const alpha = alphaRow?.value ?? settings.alpha;
    const scale = alpha / (settings.rankStabilized ? Math.sqrt(rank) : rank);
    return {
      rank,
      alpha,
      scale: kind === 'lily' ? (settings.lily?.scaling ?? 1) : scale,
      rankRow,
      alphaRow,
    };
  };
}

function rowMatcher(rows: readonly PatternRow[]): (path: string) => PatternRow | undefined {
  // Of a key that stands twice Python keeps the first place and the last value.
  const byPattern = new Map(rows.map((row) => [row.pattern, row]));
  const keyOf = keyMatcher([...byPattern.keys()]);
  return (path) => {
    const key = keyOf(path);
    return key === undefined ? undefined : byPattern.get(key);
  };
}

function targetsOf(
  { settings, said, kind }: TrainerConfig,
  { modelType, layers }: BaseModel,
  task: string | null,
  notCounted: string[],
): Targets {
  const saved = savedNames({
    modules_to_save: settings.targets.modules_to_save ?? null,
    task_type: task,
  });
  const targets: Targets = { ...inLastLayers(layers, settings), modules_to_save: saved };
  const written = said.targets?.value;
  if (targets.target_modules !== null) return targets;
  if (written?.kind === 'opaque' || (written?.kind === 'list' && written.items.length > 0)) {
    notCounted.push(`${said.targets?.key} is not known from the text.`);
    return { ...targets, target_modules: [] };
  }
  // An empty list adapts no module, which is how target_parameters stands alone.
  if (written?.kind === 'list') return { ...targets, target_modules: [] };
  const usual = defaultTargets(kind, modelType);
  if (usual === undefined && placedNames(said.targetParameters?.value).length === 0) {
    notCounted.push(`PEFT has no targets of its own for a model of type "${modelType}" and would refuse.`);
  }
  return { ...targets, target_modules: usual ?? [] };
}

/** The last layers by their numbers, which the model alone tells. */
function inLastLayers(layers: number, { targets, lastLayers }: AdapterSettings): Targets {
  if (lastLayers === undefined || (targets.layers_to_transform ?? null) !== null) return targets;
  const first = Math.max(layers - lastLayers, 0);
  return {
    ...targets,
    layers_to_transform: Array.from({ length: layers - first }, (_, index) => first + index),
  };
}

/** Tasks whose class has another head in the place of the one over the vocabulary, or none. */
const otherHeads: ReadonlySet<string | null> = new Set([
  'SEQ_CLS',
  'TOKEN_CLS',
  'QUESTION_ANS',
  'FEATURE_EXTRACTION',
]);

function matricesOf(
  { said }: TrainerConfig,
  base: BaseModel,
  task: string | null,
  notCounted: string[],
): readonly Matrix[] {
  const isBare = task === 'FEATURE_EXTRACTION' && /(?<!Head)Model$/.test(base.architecture);
  const inClass = otherHeads.has(task)
    ? base.matrices.filter(({ path }) => !isInLanguageHead(path))
    : base.matrices;
  const matrices = isBare ? inClass.map((one) => ({ ...one, path: one.checkpointPath })) : inClass;
  const written = said.layerReplication?.value;
  if (written === undefined || (written.kind === 'scalar' && written.value === null)) return matrices;
  const map = layerMapOf(written);
  if (map) return replicate(matrices, map);
  if (written.kind !== 'list' || written.items.length > 0) {
    notCounted.push(`${said.layerReplication?.key} is not known from the text and not counted.`);
  }
  return matrices;
}

/** Modules that PEFT copies and trains whole: weights, biases and all. */
function savedParameters(
  { modules_to_save: names }: Targets,
  { sizes }: BaseModel,
  notCounted: string[],
): number {
  if (!names || names.length === 0) return 0;
  const found = new Set<string>();
  let sum = 0;
  for (const [tensor, size] of sizes) {
    if (!isSaved(tensor, names)) continue;
    sum += size;
    for (const name of names) if (isSaved(tensor, [name])) found.add(name);
  }
  // A class has one of PEFT's names for a classifier, and a new one is in no file yet.
  const missing = new Set(names.filter((name) => !found.has(name)));
  const newHead = classifierNames.every((name) => missing.has(name));
  for (const name of classifierNames) missing.delete(name);
  for (const name of [...(newHead ? ['The classifier'] : []), ...missing]) {
    notCounted.push(`${name} is not in the model's files and not counted.`);
  }
  return sum;
}

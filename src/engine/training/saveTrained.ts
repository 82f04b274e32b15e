import { AdaLora } from '../../adapters/adaLora';
import type { AdaptedModule } from '../../adapters/adapted';
import type { Adapter } from '../../adapters/adapter';
import { DynamicLora } from '../../adapters/dynamicLora';
import { Lily } from '../../adapters/lily';
import { MoeLora } from '../../adapters/moeLora';
import type { Parameter } from '../../adapters/parameter';
import type { NamedArray } from '../../shared/namedArray';
import { saveAdaLora, saveLora, type SaveOptions } from '../../peft/write';
import { saveLily, whyNoLily } from '../../peft/writeLily';
import { saveHydra, saveMola } from '../../peft/writeMoe';
import type { Experiment } from '../../configs/experiment/experiment';
import type { ModelFolder } from '../../files/modelFolder';
import type { Transformer } from '../../models/transformer';
import { LabError } from '../../shared/errors';
import { savedHead } from './trainedHead';

/** What is needed to save an adapter, beside its numbers. */
export interface TrainedAdapter {
  readonly experiment: Experiment;
  readonly adapted: readonly AdaptedModule[];
  /** Without the head. */
  readonly adapter: Adapter;
  /** What was trained of the model's head, as it is now. */
  readonly head: readonly Parameter[];
  /** Of the whole training. */
  readonly steps: number;
}

/**
 * Asks what saving would refuse, before hours of training.
 * @throws LabError option-invalid
 */
export function requireSavable(
  { method }: Experiment,
  model: ModelFolder,
  adapted: readonly AdaptedModule[],
): void {
  const why = method === 'lily' ? whyNoLily(model) : undefined;
  if (why !== undefined) throw new LabError('option-invalid', `${why}.`, 'Use another method or model.');
  if (method !== 'lily' && method !== 'adalora') return;
  const [first] = adapted;
  const other = adapted.find(({ rank, alpha }) => rank !== first?.rank || alpha !== first.alpha);
  if (first === undefined || other === undefined) return;
  throw new LabError(
    'option-invalid',
    `The plan gives ${first.module.path} rank ${first.rank} and alpha ${first.alpha}, and ${other.module.path} rank ` +
      `${other.rank} and alpha ${other.alpha}; method ${method} has one of each for all modules.`,
    'Give all modules of the plan the same rank and alpha.',
  );
}

/**
 * Saves an adapter in the layout of the tool that loads it: PEFT's, or for routed experts that of MoLA and HydraLoRA.
 * @returns what the reader of the folder should know; sentences
 */
export async function saveTrained(
  folder: string,
  { folder: model, spec }: Transformer,
  { experiment, adapted, adapter, head, steps }: TrainedAdapter,
  baseModel: string,
): Promise<readonly string[]> {
  const arrays = new Map<string, NamedArray>(adapter.parameters.map((one) => [one.name, one]));
  const options: SaveOptions = {
    taskType:
      spec.head.kind === 'language' ? 'CAUSAL_LM' : spec.embedding.kind === 'tokens' ? 'SEQ_CLS' : null,
    baseModel,
    dropout: experiment.adapter.dropout,
    modulesToSave: savedHead(head),
  };
  const rows = new Map(
    adapted.map(({ module, rank, alpha, experts }) => [module.path, { rank, alpha, experts }]),
  );
  if (adapter instanceof Lily) {
    const { strideA, numB, scaling } = experiment.lily;
    const [first] = adapted;
    const lily = { modules: new Set(rows.keys()), rank: first?.rank ?? 1, strideA, numB, scaling, arrays };
    await saveLily(folder, model, lily, options);
    return [];
  }
  if (adapter instanceof AdaLora) {
    const { targetR, tinit, tfinal, deltaT, beta1, beta2, orthRegWeight } = experiment.adalora;
    const schedule = {
      ...{ targetRank: targetR, tinit, tfinal, deltaT, beta1, beta2, orthRegWeight },
      totalStep: steps,
    };
    await saveAdaLora(folder, model, { modules: rows, arrays, schedule }, options);
    return [];
  }
  if (adapter instanceof MoeLora && adapted.some(({ experts }) => experts > 1)) {
    const moe = { modules: rows, arrays, rankStabilized: false };
    return experiment.method === 'lora-smoe'
      ? saveMola(folder, model, { ...moe, topK: experiment.adapter.topK }, options)
      : saveHydra(folder, model, moe, options);
  }
  const modules = adapter instanceof DynamicLora ? adapter.exported() : rows;
  const inputFactor = adapter instanceof DynamicLora ? experiment.dynamicLora.inputFactor : 0;
  await saveLora(folder, model, { modules, arrays, rankStabilized: false, inputFactor }, options);
  return inputFactor > 0
    ? [
        'The factor of the input (dynamic_lora.input_factor) has no place in PEFT: it was left out of the saved adapter.',
      ]
    : [];
}

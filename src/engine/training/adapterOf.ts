import { AdaLora } from '../../adapters/adaLora';
import { adaptedBy, type AdaptedModule } from '../../adapters/adapted';
import type { Adapter } from '../../adapters/adapter';
import { DynamicLora } from '../../adapters/dynamicLora';
import { Lily } from '../../adapters/lily';
import { Lora } from '../../adapters/lora';
import { MoeLora } from '../../adapters/moeLora';
import type { Experiment } from '../../configs/experiment/experiment';
import { matchTargets } from '../../planning/checkRequest';
import { LabError } from '../../shared/errors';
import type { Module, Plan, PlannedModule } from '../../shared/words';

/** MoLA's coefficient of the load-balance loss. */
const balance = 0.001;

/**
 * The modules that an experiment adapts: its plan's, or without a plan every module that its targets name, all alike.
 * @throws LabError option-invalid where no module is left, or a target matches none
 */
export function modulesToAdapt(
  { adapter, method, adalora }: Experiment,
  plan: Plan | undefined,
  modules: readonly Module[],
): AdaptedModule[] {
  const experts = method === 'floe' || method === 'lora-smoe' ? adapter.experts : 1;
  const row: PlannedModule = {
    rank: method === 'adalora' ? adalora.initR : adapter.rank,
    alpha: adapter.alpha,
    experts,
  };
  const rows = plan?.modules ?? alike(row, adapter.targets, modules);
  const known = new Set(modules.map(({ path }) => path));
  const unknown = Object.keys(rows).find((path) => !known.has(path));
  if (unknown !== undefined) {
    throw new LabError(
      'option-invalid',
      `The plan names ${unknown}, which the model does not have.`,
      'Correct the name as adapter-lab inspect lists it, or allocate anew.',
    );
  }
  const adapted = adaptedBy(rows, modules);
  if (adapted.length > 0) return adapted;
  throw new LabError(
    'option-invalid',
    'The plan gives no module of the model an adapter.',
    'Name modules as adapter-lab inspect lists them.',
  );
}

/** In the order of the model, which the numbers of a training hang on. */
function alike(row: PlannedModule, targets: readonly string[], modules: readonly Module[]): Plan['modules'] {
  const named = matchTargets(modules, targets);
  return Object.fromEntries(modules.filter(({ path }) => named.has(path)).map(({ path }) => [path, row]));
}

/**
 * The adapter that an experiment's method trains.
 * @param steps of the whole training
 * @throws LabError option-invalid for options that do not go together
 */
export function adapterOf(
  experiment: Experiment,
  adapted: readonly AdaptedModule[],
  width: number,
  steps: number,
  seed: number,
): Adapter {
  const { method, adapter, lily, adalora, dynamicLora } = experiment;
  const usual = { dropout: adapter.dropout, rankStabilized: false };
  switch (method) {
    case 'lora':
      return new Lora(plain(adapted), usual, seed);
    case 'floe':
      return new MoeLora(adapted, { ...usual, form: 'hydra', topK: adapter.topK, balance: 0 }, seed);
    case 'lora-smoe':
      return new MoeLora(adapted, { ...usual, form: 'mola', topK: adapter.topK, balance }, seed);
    case 'lily':
      return new Lily(adapted, lily, seed);
    case 'dynamic-lora':
      return new DynamicLora(plain(adapted), { ...usual, ...dynamicLora }, width, seed);
    case 'adalora': {
      requirePhases(adalora.tinit, adalora.tfinal, steps);
      const { targetR, tinit, tfinal, deltaT, beta1, beta2, orthRegWeight } = adalora;
      return new AdaLora(
        adapted,
        {
          ...{ targetRank: targetR, warmup: tinit, final: tfinal, interval: deltaT, beta1, beta2 },
          ...{ orthogonality: orthRegWeight, dropout: adapter.dropout },
        },
        seed,
      );
    }
  }
}

/** What has no experts is LoRA in each module, whatever a plan of another method says. */
const plain = (adapted: readonly AdaptedModule[]): AdaptedModule[] =>
  adapted.map((one) => ({ ...one, experts: 1 }));

function requirePhases(warmup: number, final: number, steps: number): void {
  if (warmup + final < steps) return;
  throw new LabError(
    'option-invalid',
    `adalora.tinit ${warmup} and adalora.tfinal ${final} leave none of the ${steps} steps to prune in.`,
    'Lower them, or train longer.',
  );
}

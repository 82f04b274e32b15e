import { capital, listWords } from '../../shared/format';
import { estimatorWords } from '../../shared/estimatorWords';
import type { RunState } from '../../shared/runState';
import type { AllocationMethod, Estimator, ExperimentMethod } from '../../shared/words';
import { armTitles } from '../../shared/verdictWords';
import { isMeasured } from '../../shared/verdictWords';
import { verdictMethod } from './verdictMethod';
import type { References } from './references';

type Words = (refs: References) => string;

/** How the run got its results, a paragraph each: estimator, allocation, what is trained, search, verdict. Only what it did. */
export function methodParagraphs(state: RunState, refs: References): string[] {
  const { plan, searched, verdict, tasks, labels } = state;
  const scored = labels !== undefined && tasks.some(({ scores }) => scores.length > 0);
  const trained = trainedMethods(state);
  return [
    ...(scored ? [scoreParagraph(state, labels, refs)] : []),
    ...(plan === undefined
      ? []
      : [
          `${allocations[plan.method](refs)}${plan.byHand === true ? ' Rows were changed by hand since.' : ''}`,
        ]),
    ...trained.map(({ method, whose }) => `${whose} are ${adapters[method](refs)}`),
    ...(searched.length === 0 ? [] : [searchParagraph(state, refs)]),
    ...(verdict === undefined || !isMeasured(verdict) ? [] : [verdictMethod(verdict, refs)]),
  ];
}

function scoreParagraph(
  { estimator = 'fisher', tasks, untilSure }: RunState,
  labels: NonNullable<RunState['labels']>,
  refs: References,
): string {
  const several =
    tasks.length > 1
      ? ' Each task’s scores are divided by their sum and averaged over tasks, so that no task with a loud loss outvotes the others.'
      : '';
  const sure =
    untilSure === undefined
      ? ''
      : ` Samples are scored in rounds, and a task is done once its top layers are the same in ${Math.round(100 * untilSure)} % of the bootstrap resamples twice in a row.`;
  return `Modules are scored by ${estimatorWords(estimator, labels)}. ${estimates[estimator](refs)}${several}${sure}`;
}

const estimates: Readonly<Record<Estimator, Words>> = {
  fisher: () =>
    'For a module W and a sample s with its own mean loss ℓ, that is the mean over samples of ‖∂ℓ/∂W‖², the trace of the Fisher information of W; it is computed exactly from activations and output gradients, sample by sample, and comes with its standard error.',
  'gate-fisher': (refs) =>
    `A mixture of low-rank experts in every target module is warmed up first; a score is the mean square of the gradient of a sample’s loss in the gate before each adapter, as in FLoE ${refs.cite('floe')}.`,
  sensitivity: (refs) =>
    `It is the mean over samples of Σ (∂ℓ/∂W)², with the labels of the data alone, as in LoRA-SMoE ${refs.cite('loraSmoe')}.`,
  taylor: (refs) =>
    `It says to first order how much the loss would change without each weight ${refs.cite('taylor')}; groups of samples give its standard error.`,
  'gradient-norm': () => 'It is the mean over samples of ‖∂ℓ/∂W‖, with its standard error.',
  eva: (refs) =>
    `Principal components of each module’s inputs are found by forward passes alone, as EVA does before training ${refs.cite('eva')}.`,
  spectrum: (refs) =>
    `It is the Hill estimate over the upper half of the eigenvalues of WᵀW, for which no data is looked at ${refs.cite('alphaLora')}.`,
};

const allocations: Readonly<Record<AllocationMethod, Words>> = {
  floe: (refs) =>
    `The plan keeps the layers of the largest scores that the budget pays for, as FLoE does ${refs.cite('floe')}; within a kept layer the experts are shared out by the scores of its modules, an idea of LoRA-SMoE ${refs.cite('loraSmoe')}.`,
  'lora-smoe': (refs) =>
    `A module has as many experts as tasks are sensitive to it, where sensitive is what lies above a quantile of the module’s group ${refs.cite('loraSmoe')}; where the budget limits experts or parameters, the quantile is searched that has the most within it.`,
  lily: (refs) =>
    `Neighboring layers share the matrix A of a target, and all layers its pool of B’s, with a small router in each module ${refs.cite('lily')}.`,
  proportional: () =>
    'Experts are shared out over the target modules in proportion to their scores, under the budget; a module may get none.',
  eva: (refs) =>
    `Ranks follow the variance that components of all modules’ inputs explain: the largest of the pooled components are kept, and a module’s rank is how many of them are its own ${refs.cite('eva')}.`,
  uniform: () =>
    'Every target module gets the same, whatever its score; a limit on layers keeps evenly spaced ones.',
  'depth-linear': (refs) => `Ranks grow linearly with depth, as in PRILoRA ${refs.cite('priLora')}.`,
  'depth-groups': (refs) =>
    `Each quarter of the layers has its own number of experts, more of them higher up, as in MoLA ${refs.cite('mola')}.`,
};

/** Behind “Adapters are”. */
const adapters: Readonly<Record<ExperimentMethod, Words>> = {
  lora: (refs) =>
    `LoRA’s ${refs.cite('lora')}: beside a frozen matrix W, a product BA of low rank is trained.`,
  floe: (refs) =>
    `mixtures of low-rank experts on LoRA ${refs.cite('lora')}, in the layers that the plan keeps: one A, several B’s, and a router that weighs all of them for each token, HydraLoRA’s form ${refs.cite('hydraLora')}.`,
  'lora-smoe': (refs) =>
    `mixtures of LoRA pairs ${refs.cite('lora')}: a router sends each token to the best of a module’s experts, with a loss that balances their load, MoLA’s form ${refs.cite('mola')}.`,
  lily: (refs) =>
    `Lily’s ${refs.cite('lily')}: layers share A’s and B’s, and a router weighs the B’s for each input.`,
  adalora: (refs) =>
    `AdaLoRA’s ${refs.cite('adaLora')}: in the form of a singular value decomposition, whose least sensitive triplets are pruned while training, down to the budget.`,
  'dynamic-lora': (refs) =>
    `LoRA’s ${refs.cite('lora')}, whose ranks and weights move between layers with their importance while training; inspired by dynamic LoRA ${refs.cite('dynamicLora')}, whose method is not public.`,
};

/** What the run trained, in the order of the arms or trials, and whose adapters are of it. */
function trainedMethods({ verdict, trials }: RunState): { method: ExperimentMethod; whose: string }[] {
  const arms = verdict?.arms.filter(({ results }) => results.length > 0) ?? [];
  const methods = [
    ...new Set([
      ...arms.map(({ method }) => method),
      ...trials.flatMap(({ adapter }) => adapter?.method ?? []),
    ]),
  ];
  return methods.map((method) => {
    const names = arms
      .filter((arm) => arm.method === method)
      .map(({ name }) => armTitles[name].toLowerCase());
    const isShared = methods.length === 1 || names.length === 0;
    return { method, whose: isShared ? 'Adapters' : `The adapters of ${listWords(names)}` };
  });
}

function searchParagraph({ searched, searchEnd }: RunState, refs: References): string {
  const dimensions = [...new Set(searched.flatMap(({ point }) => Object.keys(point)))].map((name) =>
    name.replaceAll('_', ' '),
  );
  const space = `The search tries points of ${listWords(dimensions)}, each by training an adapter and judging it on validation data.`;
  const isModelled = searched.some(({ why }) => why !== undefined);
  const model = isModelled
    ? ` Behind the first points, a Gaussian process over what came of the trials says where to look next: at the point of the largest expected improvement under noise ${refs.cite('noisyImprovement')}.`
    : '';
  const pruned = searched.some(({ state }) => state === 'pruned')
    ? ' Trials that fell behind others at the same step were ended early.'
    : '';
  const end = searchEnd === undefined ? '' : ` ${capital(searchEnd.words)}`;
  return `${space}${model}${pruned}${end}`;
}

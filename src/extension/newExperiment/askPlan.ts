import { parseExperiment } from '../../configs/experiment/parse';
import { requireAllocatable } from '../../planning/planRequest';
import { LabError, toLabError } from '../../shared/errors';
import type { ExperimentMethod } from '../../shared/words';
import type { StepItem } from '../dialogs';
import { headOf, stepOf, type Answers, type Asking } from './answers';
import { tasksOf } from './askColumns';
import { budgetCosts, readBudget, shares, type WrittenBudget } from './budgets';
import type { Draft } from './draft';
import { experimentText } from './experimentText';
import type { FoundModel } from './foundModel';
import type { Place, Question } from './inTurn';
import { methodsFor, methodWords } from './methods';
import { usualTargets } from './targets';

interface MethodItem extends StepItem {
  readonly method: ExperimentMethod;
}

interface BudgetItem extends StepItem {
  /** Absent for a limit that is typed. */
  readonly budget?: WrittenBudget;
}

/** What is trained, and how its plan is made. */
export const askMethod = (asking: Asking): Question<Answers> => ({
  ask: async (state, place) => {
    const items = methodsFor(state.data?.length ?? 1).map(
      ({ method, title, what, source = '' }): MethodItem => ({
        label: title,
        description: source,
        detail: what,
        method,
      }),
    );
    const picked = await asking.dialogs.step(
      items,
      headOf(asking, state, place, 'Method that makes the plan'),
    );
    if (picked === undefined || picked === 'back') return picked;
    return { ...state, method: picked[0]?.method ?? 'floe', notes: [] };
  },
});

/** What the plan may cost at most, with what that comes to on the model. */
export const askBudget = (asking: Asking): Question<Answers> => ({
  ask: async (state, place) => {
    for (;;) {
      const items = budgetItems(state);
      const head = headOf(asking, state, place, 'Budget: what adapters may cost at most');
      const picked = await asking.dialogs.step(items, head);
      if (picked === undefined || picked === 'back') return picked;
      const budget = picked[0]?.budget ?? (await typedBudget(asking, state, place));
      if (budget === undefined) return undefined;
      if (budget !== 'back') return { ...state, budget, notes: [] };
    }
  },
});

function budgetItems(state: Answers): BudgetItem[] {
  const items = shares.map((share): BudgetItem => {
    const budget = readBudget(share);
    const label = share === '100%' ? 'All layers' : `${share.replace('%', ' %')} of the layers`;
    if ('wrong' in budget) return { label, refused: budget.wrong };
    const found = costsOf(state, budget);
    return 'wrong' in found
      ? { label: `$(circle-slash) ${label}`, detail: found.wrong, refused: found.wrong }
      : { label, detail: found.costs, budget };
  });
  return [
    ...items,
    { label: '$(edit) Another Limit…', detail: 'Parameters, megabytes, experts, or a number of layers' },
  ];
}

const typedBudget = async (
  asking: Asking,
  state: Answers,
  place: Place,
): Promise<WrittenBudget | 'back' | undefined> => {
  const typed = await asking.dialogs.line({
    ...stepOf(asking, place),
    canGoBack: true,
    value: '',
    prompt: 'What adapters may cost at most: 25%, 8 layers, 200k parameters, 8 MB',
    validate: (line) => {
      const budget = readBudget(line);
      const found = 'wrong' in budget ? budget : costsOf(state, budget);
      return 'wrong' in found ? found.wrong : undefined;
    },
  });
  if (typed === undefined || typed === 'back') return typed;
  const budget = readBudget(typed);
  return 'wrong' in budget ? 'back' : budget;
};

/** What a budget comes to on the model, or why no plan keeps it. */
function costsOf(
  state: Answers,
  budget: WrittenBudget,
): { readonly costs: string } | { readonly wrong: string } {
  const { model } = state;
  if (!model) return { costs: '' };
  try {
    const { experiment, issues } = parseExperiment(
      experimentText(draftOf({ ...state, budget }, model, '/new.adapter.yaml', '/')),
      '/new.adapter.yaml',
    );
    if (!experiment) throw notValid(issues[0]?.message);
    requireAllocatable(experiment, model.modules);
    return { costs: budgetCosts(experiment, model) };
  } catch (thrown) {
    const { message, next } = toLabError(thrown);
    return { wrong: `${message} ${next}` };
  }
}

/** What an experiment that was put together here has wrong, which is our mistake. */
export const notValid = (message = ''): LabError =>
  new LabError('internal', `The new experiment is not valid: ${message}`, 'Please report it with the log.');

/**
 * The experiment that all answers come to.
 *
 * @param file absolute
 * @param root absolute; what lies below it is named from the experiment on
 */
export function draftOf(state: Answers, model: FoundModel, file: string, root: string): Draft {
  const { method = 'floe', budget } = state;
  const { experts } = methodWords(method);
  return {
    file,
    root,
    model: model.folder,
    modelName: model.name,
    tasks: tasksOf(state),
    method,
    adapter: { targets: usualTargets(model.modules), rank: 8, alpha: 16, experts },
    budget: budget?.text ?? `layers: ${shares[0]}`,
  };
}

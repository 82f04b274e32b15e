import type { Experiment } from '../../configs/experiment/experiment';
import type { ExperimentAnchors } from '../../configs/experiment/locate';
import { budgetLimits } from '../../planning/budget';
import { adapterForm, moduleParameters, planParameters } from '../../planning/parameters';
import { formatCount, formatShare } from '../../shared/format';
import type { RunState } from '../../shared/runState';
import type { Module, Plan } from '../../shared/words';
import { keyLine } from './keyLine';
import type { ModelFacts } from './modelFacts';
import { moduleScores, scoreText } from './moduleScores';
import { largestOf } from '../../shared/largestOf';

/** Shown behind what a line says. */
export interface Hint {
  /** Zero-based. */
  readonly line: number;
  readonly text: string;
  readonly tooltip?: string;
}

export interface HintSource {
  readonly text: string;
  readonly anchors: ExperimentAnchors;
  /** Absent while the text has errors. */
  readonly experiment: Experiment | undefined;
  readonly model: ModelFacts | undefined;
  /** The newest scored run. */
  readonly run: RunState | undefined;
}

/**
 * What an experiment's lines mean for its model: the model's size, the plan's totals, each row's score and cost. VS Code cuts
 * what goes beyond 43 characters a line.
 */
export function hintsOf(source: HintSource): Hint[] {
  return [...modelHint(source), ...budgetHint(source), ...rowHints(source)];
}

function modelHint({ text, model }: HintSource): Hint[] {
  const line = keyLine(text, 'model');
  if (line === undefined || !model) return [];
  if ('error' in model) {
    const { code, message, next } = model.error;
    return [
      {
        line,
        text: code === 'model-missing' ? 'not found' : 'cannot be read',
        tooltip: `${message} ${next}`,
      },
    ];
  }
  const { architecture, layers, parameters, refusal } = model;
  const family = architecture.replace(/For[A-Z]\w*$/, '');
  if (refusal) {
    const text = `${family} · ${layers} layers · cannot be scored`;
    return [{ line, text, tooltip: `${refusal.message} ${refusal.next}` }];
  }
  const size = `${layers} layers · ${formatCount(parameters)} parameters`;
  return [
    { line, text: `${family} · ${size}`, tooltip: `${architecture}, read from the headers of its weights` },
  ];
}

function budgetHint(source: HintSource): Hint[] {
  const { anchors, experiment, model } = source;
  const modules = modulesOf(source);
  if (!anchors.budget || !experiment || modules.length === 0) return [];
  const { line } = anchors.budget;
  const layers = 1 + largestOf(modules.map(({ layer }) => layer));
  if (!experiment.plan) {
    const limits = budgetLimits(experiment.budget, layers);
    return [{ line, text: `at most ${limits.layers} of ${layers} layers` }];
  }
  const totals = totalsOf(experiment.plan, modules);
  const parameters = planParameters(experiment.plan, modules, adapterForm(experiment.method));
  const share =
    model && 'parameters' in model ? `, ${formatShare(parameters / model.parameters)} of the model` : '';
  return [
    {
      line,
      text: `${totals.layers}/${layers} layers · ${totals.experts} experts · ${formatCount(parameters)} params`,
      tooltip: `What the plan below takes of the budget: ${formatCount(parameters)} trainable parameters${share}`,
    },
  ];
}

function totalsOf(plan: Plan, modules: readonly Module[]): { layers: number; experts: number } {
  const adapted = modules.filter(({ path }) => (plan.modules[path]?.experts ?? 0) > 0);
  return {
    layers: new Set(adapted.map(({ layer }) => layer)).size,
    experts: adapted.reduce((sum, { path }) => sum + (plan.modules[path]?.experts ?? 0), 0),
  };
}

const rowTooltip = 'Score and its standard error in the newest run; trainable parameters of this row';

function rowHints(source: HintSource): Hint[] {
  const { anchors, experiment, run, model } = source;
  // Of a quantized model some modules may be left out.
  const isWhole = !(model && 'refusal' in model && model.refusal);
  const modules = new Map(modulesOf(source).map((module) => [module.path, module]));
  const scores = run ? moduleScores(run) : undefined;
  return anchors.modules.flatMap(({ path, line }) => {
    const module = modules.get(path);
    if (!module) return modules.size > 0 && isWhole ? [{ line, text: 'not in this model' }] : [];
    const row = experiment?.plan?.modules[path];
    const score = scores?.get(path);
    const parts = [
      ...(score ? [scoreText(score)] : []),
      ...(row && experiment
        ? [`${formatCount(moduleParameters(module, row, adapterForm(experiment.method)))} params`]
        : []),
    ];
    return parts.length > 0 ? [{ line, text: parts.join(' · '), tooltip: rowTooltip }] : [];
  });
}

/** The model's modules; those of the newest run where the model cannot be read. */
const modulesOf = ({ model, run }: HintSource): readonly Module[] =>
  model && 'modules' in model ? model.modules : (run?.modules ?? []);

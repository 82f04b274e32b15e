import { metrics, type Metric } from './metrics';

/** What the reader chose of a training's charts and maps. */
export interface TrainingChoices {
  /** The run that trials and steps are of: of another run they mean nothing. */
  readonly run: string;
  readonly metric: Metric | undefined;
  /** Weight of what was before in the line of the training loss: 0 to `mostSmoothing`. */
  readonly smoothing: number;
  /** Tables instead of charts. */
  readonly asTable: boolean;
  /** By the id of a series, whether it is to stand out. */
  readonly toggled: Readonly<Record<string, boolean>>;
  /** The trial whose maps are shown; undefined follows the newest. */
  readonly trial: string | undefined;
  /** The step that the maps show; undefined follows the newest. */
  readonly step: number | undefined;
  /** What ranks are compared with. */
  readonly against: 'before' | 'start';
}

export const mostSmoothing = 0.95;

export const defaultTrainingChoices: TrainingChoices = {
  ...{ run: '', metric: undefined, smoothing: 0, asTable: false },
  ...{ toggled: {}, trial: undefined, step: undefined, against: 'before' },
};

/** The choices for the run of a page: what was chosen of another run's trials and steps is left behind. */
export function chosenIn({ heading: { run }, choices: { training } }: ChosenOn): TrainingChoices {
  return training.run === run
    ? training
    : { ...training, run, toggled: nothing, trial: undefined, step: undefined };
}

/** The same each time: what is drawn is remembered by it. */
const nothing: TrainingChoices['toggled'] = {};

interface ChosenOn {
  readonly heading: { readonly run: string };
  readonly choices: { readonly training: TrainingChoices };
}

/** The choices inside a saved state, which may be missing or from an older version of the page. */
export function decodeTrainingChoices(saved: unknown): TrainingChoices {
  if (typeof saved !== 'object' || saved === null) return defaultTrainingChoices;
  const { run, metric, smoothing, asTable, toggled, trial, step, against } = saved as Record<
    keyof TrainingChoices,
    unknown
  >;
  const isPlain = typeof toggled === 'object' && toggled !== null;
  return {
    run: typeof run === 'string' ? run : '',
    metric: metrics.find((known) => known === metric),
    smoothing: typeof smoothing === 'number' && smoothing >= 0 && smoothing <= mostSmoothing ? smoothing : 0,
    asTable: asTable === true,
    toggled: isPlain
      ? Object.fromEntries(
          Object.entries(toggled).filter(
            (entry): entry is [string, boolean] => typeof entry[1] === 'boolean',
          ),
        )
      : {},
    trial: typeof trial === 'string' ? trial : undefined,
    step: typeof step === 'number' ? step : undefined,
    against: against === 'start' ? 'start' : 'before',
  };
}

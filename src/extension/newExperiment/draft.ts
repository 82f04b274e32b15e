import type { ExperimentMethod } from '../../shared/words';
import type { AdapterShape } from './budgets';
import type { TaskGuess } from './guessTask';

/** One task of a new experiment; paths absolute. */
export interface DraftTask extends TaskGuess {
  readonly name: string;
  readonly train: string;
  readonly validation?: string | undefined;
  readonly test?: string | undefined;
  /** `about 2,900 rows`, as far as it is known. */
  readonly rows?: string | undefined;
  /** What the label's values are, where they are few. */
  readonly classes?: readonly string[] | undefined;
}

/** What a new experiment is made of; paths absolute. */
export interface Draft {
  /** The experiment's own file. */
  readonly file: string;
  /** Paths below it are written relative to the experiment, others as they are. */
  readonly root: string;
  readonly model: string;
  /** How it is called: its folder's name, or the hub's. */
  readonly modelName: string;
  readonly tasks: readonly DraftTask[];
  readonly method: ExperimentMethod;
  readonly adapter: AdapterShape;
  /** `layers: 50%` */
  readonly budget: string;
  /** The trainer's config that the plan goes back into. */
  readonly target?: string | undefined;
}

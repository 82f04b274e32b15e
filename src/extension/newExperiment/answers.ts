import type { ExperimentMethod } from '../../shared/words';
import type { Dialogs, StepOptions } from '../dialogs';
import type { WrittenBudget } from './budgets';
import type { FoundData } from './findData';
import type { FoundModel, RefusedModel } from './foundModel';
import type { Placed } from './findModels';
import type { Ability } from './guessTask';
import type { Place } from './inTurn';
import type { DataPeek } from './peekData';

/** A data set that was looked into. */
export type ReadableData = Extract<FoundData, { readonly peek: DataPeek }>;

/** What the columns of data sets of one form are for, as far as it was said. */
export interface ColumnAnswer {
  readonly reads?: readonly string[] | undefined;
  /** A column's name, or false for the text itself. */
  readonly gives?: string | false | undefined;
}

/** What is known of a new experiment so far. */
export interface Answers {
  readonly model?: FoundModel | undefined;
  /** Of the model; known without one where a trainer's config names it. */
  readonly ability?: Ability | undefined;
  readonly data?: readonly ReadableData[] | undefined;
  /** By the place of the data's form (`formsOf`). */
  readonly columns: readonly ColumnAnswer[];
  readonly method?: ExperimentMethod | undefined;
  readonly budget?: WrittenBudget | undefined;
  /** Absolute. */
  readonly file?: string | undefined;
  /** What was chosen without asking: said at the next question. */
  readonly notes: readonly string[];
}

/** What the questions work with. What can be chosen is looked for while the first one is read. */
export interface Asking {
  readonly dialogs: Pick<Dialogs, 'step' | 'line' | 'folder' | 'file'>;
  readonly title: string;
  readonly models: Promise<readonly Placed<FoundModel | RefusedModel>[]>;
  readonly data: Promise<readonly FoundData[]>;
}

/** Where a question stands, for its title. */
export const stepOf = ({ title }: Pick<Asking, 'title'>, { step, total, canGoBack }: Place): StepOptions => ({
  title,
  step,
  totalSteps: total,
  canGoBack,
});

/** The head of a question; what was chosen without asking stands before it. */
export const headOf = (
  asking: Pick<Asking, 'title'>,
  { notes }: Pick<Answers, 'notes'>,
  place: Place,
  question: string,
): StepOptions => ({ ...stepOf(asking, place), placeHolder: [...notes, question].join(' ') });

import { pageTabs, type PageTab } from '../../src/shared/webviewProtocol';
import { quantities, type Quantity } from './map/quantity';
import { decodeSearchChoices, defaultSearchChoices, type SearchChoices } from './ranks/searchChoices';
import {
  decodeTrainingChoices,
  defaultTrainingChoices,
  type TrainingChoices,
} from './training/trainingChoices';

/** What the reader chose on this page. It is no truth of the run, so it lives in the page's own saved state. */
export interface Choices {
  /** A task's name; undefined means all tasks together. */
  readonly task: string | undefined;
  /** The layers as a table instead of a chart. */
  readonly asTable: boolean;
  /** What the grid's color and numbers say. */
  readonly quantity: Quantity;
  /** Undefined until the reader chose one: then it follows what the run does. */
  readonly tab: PageTab | undefined;
  readonly search: SearchChoices;
  readonly training: TrainingChoices;
}

export const defaultChoices: Choices = {
  ...{ task: undefined, asTable: false, quantity: 'score', tab: undefined },
  search: defaultSearchChoices,
  training: defaultTrainingChoices,
};

/** The choices inside a saved state, which may be missing or from an older version of the page. */
export function decodeChoices(saved: unknown): Choices {
  if (typeof saved !== 'object' || saved === null) return defaultChoices;
  const { task, asTable, quantity, tab, search, training } = saved as Record<keyof Choices, unknown>;
  return {
    task: typeof task === 'string' ? task : undefined,
    asTable: asTable === true,
    quantity: quantities.find((known) => known === quantity) ?? defaultChoices.quantity,
    tab: pageTabs.find((known) => known === tab),
    search: decodeSearchChoices(search),
    training: decodeTrainingChoices(training),
  };
}

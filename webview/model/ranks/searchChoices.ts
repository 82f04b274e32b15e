/** What of the search can be a table in the place of its chart. */
export const searchCharts = ['model', 'best', 'front'] as const;
export type SearchChart = (typeof searchCharts)[number];

/** What the reader chose of a search. */
export interface SearchChoices {
  /** The run that trials and points are of: of another run they mean nothing. */
  readonly run: string;
  /** The dimension along the model's chart; undefined means the first. */
  readonly axis: string | undefined;
  /** Numbers of the other dimensions; where there is none, the best trial's. */
  readonly at: Readonly<Record<string, number>>;
  readonly tables: readonly SearchChart[];
  /** The number of the trial whose reasons are shown; undefined means the newest. */
  readonly trial: number | undefined;
}

export const defaultSearchChoices: SearchChoices = {
  ...{ run: '', axis: undefined, at: {}, tables: [], trial: undefined },
};

/** The choices for the run of a page: what was chosen of another run's trials and points is left behind. */
export const searchChosenIn = ({ heading: { run }, choices: { search } }: ChosenOn): SearchChoices =>
  search.run === run ? search : { ...search, run, at: nowhere, trial: undefined };

/** The same each time: what is drawn is remembered by it. */
const nowhere: SearchChoices['at'] = {};

interface ChosenOn {
  readonly heading: { readonly run: string };
  readonly choices: { readonly search: SearchChoices };
}

/** The choices inside a saved state, which may be missing or from an older version of the page. */
export function decodeSearchChoices(saved: unknown): SearchChoices {
  if (typeof saved !== 'object' || saved === null) return defaultSearchChoices;
  const { run, axis, at, tables, trial } = saved as Record<keyof SearchChoices, unknown>;
  const numbers = Object.entries(typeof at === 'object' && at !== null ? at : {});
  return {
    run: typeof run === 'string' ? run : '',
    axis: typeof axis === 'string' ? axis : undefined,
    at: Object.fromEntries(numbers.filter((one): one is [string, number] => typeof one[1] === 'number')),
    tables: searchCharts.filter((chart) => Array.isArray(tables) && tables.includes(chart)),
    trial: typeof trial === 'number' ? trial : undefined,
  };
}

import type { ComparingDeed, ComparisonPage } from './comparison';
import type { Draft, DraftChange } from './draft';
import type { RunEvent } from './runEvents';
import type { SearchOutlook } from './searchOutlook';

/**
 * The messages between the extension host and a page. The page keeps no truth of its own: it replays the run's events
 * (runState.ts), so that it can be closed, reloaded or opened on an old run and shows the same. What only the host can work out
 * comes as messages of their own, whole each time.
 */
export interface RunHeading {
  /** What the page is about: an experiment's run, a plan file, or an adapter's folder or config. */
  readonly kind: 'run' | 'plan' | 'adapter';
  /** The run's folder name; empty where the experiment has no run yet. */
  readonly run: string;
  /** Relative to the workspace; empty where the file belongs to no experiment. */
  readonly experiment: string;
  /** True for the recorded run that comes with the sample. */
  readonly recorded: boolean;
  /** True where no job of this window works on it: while it runs, it cannot be stopped from here. */
  readonly elsewhere?: boolean;
}

/** What lies behind each tab of a run's page, in their order. */
export const pageTabs = ['map', 'search', 'training', 'verdict', 'sharing', 'details'] as const;
export type PageTab = (typeof pageTabs)[number];

/** Colors of the map, by name (setting `mapPalette`). All can be told apart by readers who are color-blind. */
export type Palette = 'theme' | 'viridis' | 'cividis';

export type ToWebview =
  /** Sent after `ready` and whenever the panel turns to another run: forget everything, these are its events. */
  | {
      readonly type: 'open';
      readonly heading: RunHeading;
      readonly events: readonly RunEvent[];
      readonly trusted: boolean;
      readonly palette: Palette;
    }
  /** The run's journal has grown by these events. */
  | { readonly type: 'events'; readonly run: string; readonly events: readonly RunEvent[] }
  /** Whether a pause is asked of the run's search; of the side bar's page alone, which is told no outlook. */
  | { readonly type: 'asked'; readonly run: string; readonly pause: boolean }
  /**
   * The plan as it is edited; undefined while there is nothing to edit. `answered` is the number of the page's last change that
   * it answers; drafts come for other reasons too.
   */
  | {
      readonly type: 'draft';
      readonly run: string;
      readonly draft: Draft | undefined;
      readonly answered?: number | undefined;
    }
  /** The reader asked for a part of the page, from outside of it. */
  | { readonly type: 'turn'; readonly run: string; readonly tab: PageTab }
  /** What its search knows and expects, whenever that changes. */
  | { readonly type: 'outlook'; readonly run: string; readonly outlook: SearchOutlook }
  /** Of the page of two plans side by side: all of it, whenever one of them changes. */
  | { readonly type: 'comparison'; readonly page: ComparisonPage; readonly palette: Palette };

/** What keeps a page in step with a run's journal. */
export type RunMessage = Extract<ToWebview, { type: 'open' | 'events' }>;

export type FromWebview =
  /** The page listens now. */
  | { readonly type: 'ready' }
  | { readonly type: 'action'; readonly action: PageAction }
  /** `number` counts the changes of one page, so that it is told which of them a draft answers. */
  | { readonly type: 'change'; readonly change: DraftChange; readonly number?: number | undefined }
  | { readonly type: 'steer'; readonly steering: Steering }
  /** Of the page of two plans. */
  | { readonly type: 'comparing'; readonly deed: ComparingDeed }
  /** Text for the clipboard, with what it is for the word that it was copied. */
  | { readonly type: 'copy'; readonly text: string; readonly what: string }
  /** A picture to be saved where the user says, as a data URL of a PNG. */
  | { readonly type: 'picture'; readonly name: string; readonly png: string };

/** What is asked of a search, from outside of it. */
export type Steering =
  | { readonly type: 'pause' }
  | { readonly type: 'go-on' }
  | { readonly type: 'add'; readonly point: Readonly<Record<string, number>> };

export const pageActions = [
  'score',
  'allocate',
  'run',
  'search',
  'train',
  'judge',
  'commit',
  'stop',
  'resume',
  'apply',
  'openExperiment',
  'openReport',
  'openHtmlReport',
  /** Of a plan file or an adapter's config: the same file in a text editor. */
  'openText',
  /** Where a config's base model is not found: the user says where it lies. */
  'pickFolder',
  /** Of the side bar: the page of the run. */
  'show',
  'newExperiment',
] as const;
export type PageAction = (typeof pageActions)[number];

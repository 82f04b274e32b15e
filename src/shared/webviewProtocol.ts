import type { RunEvent } from './runEvents';

/**
 * The messages between the extension host and a page. The page keeps no truth of its own: it replays the run's events
 * (runState.ts), so that it can be closed, reloaded or opened on an old run and shows the same.
 */
export interface RunHeading {
  /** The run's folder name; empty where the experiment has no run yet. */
  readonly run: string;
  readonly experiment: string;
  /** True for the recorded run that comes with the sample. */
  readonly recorded: boolean;
}

export type ToWebview =
  /** Sent after `ready` and whenever the panel turns to another run: forget everything, these are its events. */
  | {
      readonly type: 'open';
      readonly heading: RunHeading;
      readonly events: readonly RunEvent[];
      readonly trusted: boolean;
    }
  /** The run's journal has grown by these events. */
  | { readonly type: 'events'; readonly run: string; readonly events: readonly RunEvent[] };

export type FromWebview =
  /** The page listens now. */
  { readonly type: 'ready' } | { readonly type: 'action'; readonly action: PageAction };

export const pageActions = [
  'score',
  'allocate',
  'run',
  'train',
  'commit',
  'stop',
  'resume',
  'openExperiment',
  'openReport',
] as const;
export type PageAction = (typeof pageActions)[number];

/** A message from the page, or undefined where it is none of ours (a page can be sent anything). */
export function decodeFromWebview(message: unknown): FromWebview | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { type, action } = message as { type?: unknown; action?: unknown };
  if (type === 'ready') return { type };
  if (type === 'action' && (pageActions as readonly unknown[]).includes(action)) {
    return { type, action: action as PageAction };
  }
  return undefined;
}

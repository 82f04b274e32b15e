import { executorNames } from '../shared/executorWords';

/** What settings with few values may be; the manifest lists the same. */
export const choices = {
  executor: executorNames,
  notifyWhenDone: ['unseen', 'always', 'never'],
  statusBar: ['always', 'running', 'never'],
  mapPalette: ['theme', 'viridis', 'cividis'],
} as const;

import { training, until } from '../../test/unit/webview/trainings';
import type { Scene } from './scene';

const dynamic = training('dynamic-lora');
const lily = training('lily');
const at = (more: Readonly<Record<string, unknown>>) => ({
  tab: 'training',
  training: { run: '2025-03-04T09-12-30-mail-run', ...more },
});

/** Trainings, of runs that were run. */
export const trainingScenes: Readonly<Record<string, Scene>> = {
  'train-dynamic': { events: dynamic },
  'train-dynamic-live': { events: until(dynamic, 'seed-2', 90), state: at({ smoothing: 0.6 }) },
  'train-dynamic-step': {
    events: dynamic,
    state: at({ step: 57, trial: 'seed-2', against: 'start', toggled: { 'seed-2': false } }),
  },
  'train-adalora': { events: training('adalora'), state: at({ step: 60 }) },
  'train-adalora-first': { events: until(training('adalora'), 'seed-1', 8) },
  'train-lily': { events: lily },
  'train-moe': { events: training('lora-smoe'), state: at({ step: 81 }) },
  'train-search': { events: training('search'), state: at({ toggled: { 'trial-3': true } }) },
  sharing: { events: lily, state: { tab: 'sharing' } },
  'sharing-table': { events: lily, state: { tab: 'sharing', training: { asTable: true } } },
  'train-table': { events: dynamic, state: at({ asTable: true }) },
};

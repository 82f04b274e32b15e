import type { ExecutorSettings } from '../shared/executorSettings';
import type { Executor } from './executor';
import { LocalExecutor } from './local/localExecutor';
import { RayExecutor } from './ray/rayExecutor';
import { SlurmExecutor } from './slurm/slurmExecutor';

/** The executor of an experiment. Nothing is asked of a cluster yet. */
export function openExecutor(settings: ExecutorSettings): Executor {
  switch (settings.name) {
    case 'local':
      return new LocalExecutor(settings.atOnce ?? 1);
    case 'slurm':
      return new SlurmExecutor(settings, lookEvery());
    case 'ray':
      return new RayExecutor(settings, lookEvery());
  }
}

/** Seconds between two looks can be set where a cluster is one's own. */
const lookEvery = (): number | undefined => {
  const seconds = Number(process.env['ADAPTER_LAB_LOOK_SECONDS']);
  return seconds > 0 ? seconds * 1000 : undefined;
};

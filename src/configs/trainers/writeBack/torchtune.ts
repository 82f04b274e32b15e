import type { BaseModel } from '../../../files/baseModel';
import { LabError } from '../../../shared/errors';
import type { TrainerConfig } from '../description';
import type { KeyChange } from './setKey';
import { adaptedBy, near, type TargetChanges } from './targetChanges';

/** torchtune's names of attention modules, by PEFT's (`models/convert_weights.py`). */
const attention: Readonly<Record<string, string>> = {
  q_proj: 'q_proj',
  k_proj: 'k_proj',
  v_proj: 'v_proj',
  o_proj: 'output_proj',
};
const mlp = ['gate_proj', 'down_proj', 'up_proj'];

/**
 * torchtune adapts kinds of attention modules, all of the mlp or nothing, and the output matrix, each in all layers: the
 * nearest that it has is every kind that the plan has.
 *
 * @throws LabError `method-unavailable` where the plan has kinds that torchtune has not
 */
export function torchtuneTargets(
  config: TrainerConfig,
  base: BaseModel,
  paths: readonly string[],
): TargetChanges {
  const ends = new Set(paths.map((path) => path.split('.').at(-1) ?? path));
  const names = Object.keys(attention).filter((name) => ends.has(name));
  const withMlp = mlp.some((name) => ends.has(name));
  const withOutput = ends.has('lm_head');
  const all = [...names, ...(withMlp ? mlp : []), ...(withOutput ? ['lm_head'] : [])];
  const adapted = adaptedBy(config, base, { ...config.settings.targets, target_modules: all });
  const missing = paths.find((path) => !adapted.includes(path));
  if (missing !== undefined) {
    throw new LabError(
      'method-unavailable',
      `The plan cannot be written into this file: torchtune has no name for ${missing}.`,
      'Use another trainer for this model.',
    );
  }
  const { keys, said } = config;
  const changes: KeyChange[] = [];
  if (keys.targets !== undefined) {
    changes.push({
      path: keys.targets,
      value: names.map((name) => attention[name] ?? name),
      after: near(config, 'rank'),
    });
  }
  const flag = (field: 'adaptMlp' | 'adaptOutput', value: boolean): void => {
    if (keys[field] !== undefined && (value || said[field] !== undefined))
      changes.push({ path: keys[field], value, after: near(config, 'adaptMlp', 'targets') });
  };
  flag('adaptMlp', withMlp);
  flag('adaptOutput', withOutput);
  return { changes, adapted };
}

import { LabError } from '../../../shared/errors';
import type { Plan } from '../../../shared/words';
import type { TrainerConfig } from '../description';
import { isKnown } from '../known';
import type { KeyChange } from './setKey';
import { near } from './targetChanges';
import { span, type WantedModule } from './wantedModules';

/**
 * Lily has one rank, one stride and one number of B's for all modules.
 *
 * @throws LabError `method-unavailable` where a Lily plan meets another adapter, or the other way around, or where ranks differ
 */
export function lilyChanges(
  config: TrainerConfig,
  plan: Plan,
  modules: readonly WantedModule[],
): KeyChange[] {
  const isLily = plan.shared.length > 0;
  if (isLily !== (config.kind === 'lily')) {
    throw new LabError(
      'method-unavailable',
      isLily
        ? `The plan shares tensors between modules (Lily), and the file asks for ${config.kind === 'lora' ? 'LoRA' : 'AdaLoRA'}.`
        : 'The file asks for Lily, and the plan shares no tensors.',
      isLily ? 'Write it into a PEFT configuration of Lily (LilyConfig).' : 'Allocate with the method lily.',
    );
  }
  const ranks = modules.map(({ rank }) => rank);
  const [rank = 0] = ranks;
  if (ranks.some((one) => one !== rank)) {
    throw new LabError(
      'method-unavailable',
      `Lily has one rank for all modules, and the plan has ranks ${span(ranks)}.`,
      'Allocate with the method lily.',
    );
  }
  const { keys, settings } = config;
  const most = (tensor: 'A' | 'B', of: (shared: Plan['shared'][number]) => number): number =>
    Math.max(1, ...plan.shared.filter((shared) => shared.tensor === tensor).map(of));
  const wanted = [
    ['rank', rank, settings.rank],
    ['strideA', most('A', ({ members }) => members.length), settings.lily?.strideA],
    ['numB', most('B', ({ count }) => count), settings.lily?.numB],
  ] as const;
  return wanted.flatMap(([field, value, now]) => {
    const key = keys[field];
    return key === undefined || (value === now && isKnown(config, field))
      ? []
      : [{ path: key, value, after: near(config, 'rank', 'strideA') }];
  });
}

import { LabError } from '../../shared/errors';
import { strideOf } from '../../shared/lilyTensors';
import type { Plan, SharedTensor } from '../../shared/words';
import { lilySharing } from '../methods/lily';
import { defaultOptions } from '../options';
import type { DraftFrame } from './frame';

/** What a plan shares once its rows are others: of a Lily plan the tensors of the modules that are adapted now. */
export function sharedAfter(
  frame: DraftFrame,
  before: Plan,
  modules: Plan['modules'],
): readonly SharedTensor[] {
  const { design } = frame;
  if (design.method !== 'lily' && before.shared.length === 0) return before.shared;
  const rows = (plan: Plan['modules']): string =>
    Object.keys(plan)
      .filter((path) => (plan[path]?.experts ?? 0) > 0)
      .sort()
      .join();
  // As it stands while no module comes or goes: another program may share otherwise.
  if (before.shared.length > 0 && rows(before.modules) === rows(modules)) return before.shared;
  const pools = before.shared.filter(({ tensor }) => tensor === 'B').map(({ count }) => count);
  const adapted = frame.modules.filter(({ path }) => (before.modules[path]?.experts ?? 0) > 0);
  return lilySharing([...frame.modules], modules, {
    strideA: design.lily?.strideA ?? strideOf(before.shared, adapted).strideA,
    numB: design.lily?.numB ?? (pools.length > 0 ? Math.max(...pools) : defaultOptions.numB),
  });
}

/**
 * Modules that share a tensor have one rank and one alpha.
 * @throws LabError `option-invalid`
 */
export function requireShareable({ modules, shared }: Plan): void {
  for (const { tensor, members } of shared) {
    const rows = members.flatMap((path) => (modules[path] ? [{ path, ...modules[path] }] : []));
    const [first] = rows;
    const other = rows.find(({ rank, alpha }) => rank !== first?.rank || alpha !== first.alpha);
    if (!first || !other) continue;
    throw new LabError(
      'option-invalid',
      `${first.path} and ${other.path} share their ${tensor} (Lily), so they have one rank and one alpha.`,
      `Change all ${members.length} modules that share it together.`,
    );
  }
}

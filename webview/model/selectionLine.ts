import type { AllocationMethod } from '../../src/shared/words';
import type { LayerRow } from './layers';

/** Methods that give adapters to layers without looking at their scores. */
const blind: readonly AllocationMethod[] = ['uniform', 'depth-linear', 'depth-groups'];

/**
 * The score from which on layers are kept: that of the lowest layer kept. Undefined where no such line parts the layers: all
 * or none are kept, one that is not kept scores as high, or scores did not choose.
 */
export function selectionLine(
  rows: readonly LayerRow[],
  method: AllocationMethod | undefined,
): number | undefined {
  if (method !== undefined && blind.includes(method)) return undefined;
  const kept = rows.filter((row) => row.kept);
  const others = rows.filter((row) => row.kept === false);
  if (kept.length === 0 || others.length === 0) return undefined;
  const lowest = Math.min(...kept.map((row) => row.value));
  return others.every((row) => row.value < lowest) ? lowest : undefined;
}

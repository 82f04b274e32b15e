import { targetOf } from './targetOf';
import type { Module, SharedTensor } from './words';

/** How Lily shares: neighboring layers one A, all layers a pool of B's. */
export interface LilySharing {
  /** Neighboring layers that share one A. */
  readonly strideA: number;
  /** B's in the pool of each kind of module. */
  readonly numB: number;
}

/**
 * The tensors that Lily's modules share (arXiv 2407.09946): for each kind of module one A every `strideA` layers, and one pool
 * of B's. An A of one module alone is no shared tensor.
 *
 * @param modules those with an adapter; groups and members keep their order
 */
export function lilyTensors(modules: readonly Module[], { strideA, numB }: LilySharing): SharedTensor[] {
  const ofA = grouped(modules, (one) => `${targetOf(one)} ${Math.floor(one.layer / strideA)}`);
  const ofB = grouped(modules, targetOf);
  return [
    ...ofA.filter(({ length }) => length > 1).map((members) => ({ tensor: 'A' as const, members, count: 1 })),
    ...ofB.map((members) => ({ tensor: 'B' as const, members, count: numB })),
  ];
}

/**
 * The smallest stride that gives the A's that a plan shares; where none does, as another program may share them, the size of
 * the largest group.
 *
 * @param modules those with an adapter
 */
export function strideOf(
  shared: readonly SharedTensor[],
  modules: readonly Module[],
): { readonly strideA: number; readonly isExact: boolean } {
  const groups = shared.filter(({ tensor }) => tensor === 'A').map(({ members }) => members);
  const wanted = sortedGroups(groups);
  const layers = 1 + modules.reduce((last, { layer }) => Math.max(last, layer), 0);
  for (let strideA = 1; strideA <= layers; strideA++) {
    const found = lilyTensors(modules, { strideA, numB: 1 }).filter(({ tensor }) => tensor === 'A');
    if (sortedGroups(found.map(({ members }) => members)) === wanted) return { strideA, isExact: true };
  }
  return { strideA: Math.max(1, ...groups.map(({ length }) => length)), isExact: false };
}

/** Groups of paths as one text, whatever their order and that of their members. */
export const sortedGroups = (groups: readonly (readonly string[])[]): string =>
  groups
    .map((paths) => [...paths].sort().join(' '))
    .sort()
    .join('\n');

function grouped(modules: readonly Module[], nameOf: (module: Module) => string): string[][] {
  const groups = new Map<string, string[]>();
  for (const module of modules) {
    const name = nameOf(module);
    const known = groups.get(name);
    if (known) known.push(module.path);
    else groups.set(name, [module.path]);
  }
  return [...groups.values()];
}

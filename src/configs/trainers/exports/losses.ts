import { span } from '../writeBack/wantedModules';
import type { ExportedModule, Planned } from './export';

/** What LoRA of one adapter a module, in whatever trainer, does not take over of a plan. */
export const loraLosses = (planned: Planned, trainer: string): string[] => [
  ...expertLosses(planned, trainer),
  ...sharingLosses(planned, trainer),
];

export function expertLosses({ modules }: Planned, trainer: string): string[] {
  const routed = modules.filter(({ experts }) => experts > 1);
  if (routed.length === 0) return [];
  const experts = sum(routed.map((one) => one.experts));
  return [
    `${trainer} takes no experts: ${of(routed, modules)} with ${span(routed.map((one) => one.experts))} experts, ` +
      `${experts} in all, ${routed.length === 1 ? 'becomes' : 'become'} one adapter each.`,
  ];
}

export function sharingLosses({ plan: { shared }, modules }: Planned, trainer: string): string[] {
  if (shared.length === 0) return [];
  const members = new Set(shared.flatMap((tensor) => tensor.members));
  return [
    `${trainer} shares no tensors: ${of([...members], modules)} in ${counted(shared.length, 'group')} of the plan ` +
      `${members.size === 1 ? 'gets' : 'get'} tensors of their own.`,
  ];
}

/** `3 of 12 modules`. */
export const of = (some: readonly unknown[], all: readonly ExportedModule[]): string =>
  `${some.length} of ${counted(all.length, 'module')}`;

export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

export const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

export const mean = (values: readonly number[]): number => sum(values) / Math.max(values.length, 1);

/** Scales α/r that change, from what to what; undefined where none does by more than rounding. */
export function scaleLoss(
  modules: readonly ExportedModule[],
  scaleOf: (module: ExportedModule) => number,
  why: string,
): string | undefined {
  const factors = modules.map((one) => (scaleOf(one) * one.rank) / one.alpha);
  const moved = factors.filter((factor) => Math.abs(factor - 1) > 1e-9);
  if (moved.length === 0) return undefined;
  return `${why}: the scale of ${of(moved, modules)} becomes ${span(moved)} times the plan's.`;
}

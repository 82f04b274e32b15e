import { lilyConfig } from '../../../peft/config';
import { sortedJson } from '../../../peft/folder';
import { lilyTargets, whyNoLily } from '../../../peft/writeLily';
import { LabError } from '../../../shared/errors';
import { sortedGroups, strideOf } from '../../../shared/lilyTensors';
import { targetOf } from '../../../shared/targetOf';
import type { Plan, SharedTensor } from '../../../shared/words';
import type { Export, ExportedModule, Planned } from './export';
import { counted, expertLosses, mean, of } from './losses';
import { span } from '../writeBack/wantedModules';

/**
 * `adapter_config.json` of PEFT's Lily, from what the plan shares: `stride_A` neighboring layers have one A of a target, all
 * layers `num_B` B's. It has one rank, and no alpha.
 */
export const exportLily: Export = (planned) => {
  const { plan, modules, named, base } = planned;
  requireLily(planned);
  const rank = Math.max(1, Math.round(mean(modules.map((one) => one.rank))));
  const pools = plan.shared.filter(({ tensor }) => tensor === 'B');
  const numB = Math.max(2, ...pools.map(({ count }) => count));
  const adapted = modules.map(({ module }) => module);
  const { strideA, isExact } = strideOf(plan.shared, adapted);
  const targets = lilyTargets(adapted, named, strideA);
  const targeted = modules.map(({ path }) => path);
  const config = lilyConfig({ rank, strideA, numB, scaling: 1 }, targets, { ...base, targeted });
  return {
    text: `${sortedJson({ ...config, inference_mode: false })}\n`,
    losses: [
      `PEFT's Lily has no alpha: updates are scaled by 1, and the plan has alpha ${span(modules.map(({ alpha }) => alpha))}.`,
      ...rankLosses(modules, rank),
      ...(isExact
        ? []
        : [
            `PEFT shares an A among neighboring layers: the ${counted(ofTensor(plan, 'A').length, 'group')} of the plan ` +
              `become those of stride_A ${strideA}.`,
          ]),
      ...poolLosses(pools, modules, numB),
      ...apartLosses(targets, targeted, plan),
      ...expertLosses(planned, "PEFT's Lily"),
    ],
  };
};

const ofTensor = ({ shared }: Plan, tensor: SharedTensor['tensor']): readonly SharedTensor[] =>
  shared.filter((one) => one.tensor === tensor);

/** @throws LabError `option-invalid` where the plan is no sharing one, `adapter-invalid` where PEFT could not load it */
function requireLily({ plan, model }: Planned): void {
  const why = whyNoLily(model);
  if (why !== undefined) {
    throw new LabError('adapter-invalid', `The plan cannot be exported: ${why}.`, 'Use another format.');
  }
  if (plan.shared.length > 0) return;
  throw new LabError(
    'option-invalid',
    'The plan shares no tensors, and Lily is about shared ones.',
    'Allocate with --method lily, or export it for PEFT.',
  );
}

const rankLosses = (modules: readonly ExportedModule[], rank: number): string[] => {
  const other = modules.filter((one) => one.rank !== rank);
  return other.length === 0
    ? []
    : [
        `PEFT's Lily has one rank: ${of(other, modules)} with rank ${span(other.map((one) => one.rank))} ` +
          `${other.length === 1 ? 'gets' : 'get'} ${rank}.`,
      ];
};

function poolLosses(
  pools: readonly SharedTensor[],
  modules: readonly ExportedModule[],
  numB: number,
): string[] {
  const other = pools.filter(({ count }) => count !== numB);
  const kinds = new Map<string, string[]>();
  for (const { module } of modules) {
    const target = targetOf(module);
    kinds.set(target, [...(kinds.get(target) ?? []), module.path]);
  }
  const isWhole = sortedGroups(pools.map(({ members }) => members)) === sortedGroups([...kinds.values()]);
  return [
    ...(other.length === 0
      ? []
      : [
          `PEFT's Lily has one number of B's, 2 at least: ${counted(other.length, 'pool')} of ` +
            `${span(other.map(({ count }) => count))} ${other.length === 1 ? 'becomes' : 'become'} ${numB}.`,
        ]),
    ...(isWhole
      ? []
      : [
          `PEFT shares the B's of a target among all layers: the ${counted(pools.length, 'pool')} of the plan ` +
            `${pools.length === 1 ? 'becomes' : 'become'} ${kinds.size}.`,
        ]),
  ];
}

/** Full paths are what PEFT shares nothing among. */
function apartLosses(targets: readonly string[], targeted: readonly string[], plan: Plan): string[] {
  const isApart = targets.length === targeted.length && targets.every((name, at) => name === targeted[at]);
  if (!isApart) return [];
  return [
    `PEFT counts modules where the plan counts layers, and would share otherwise: named by full paths, ` +
      `${counted(targeted.length, 'module')} in ${counted(plan.shared.length, 'group')} of the plan get tensors of their own.`,
  ];
}

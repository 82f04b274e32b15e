import { positionAt } from '../../../configs/text/yamlText';
import type { TrainerConfig } from '../../../configs/trainers/description';
import { resolve, type ResolvedAdapter } from '../../../configs/trainers/resolve';
import type { SyntaxFault } from '../../../configs/trainers/tree';
import type { BaseModel } from '../../../files/baseModel';
import { moduleRoles } from '../../../files/moduleRoles';
import type { Design } from '../../../planning/planRequest';
import type { Budget, Module, Plan, PlannedModule, SharedTensor } from '../../../shared/words';
import { mixtureOf, type Mixture } from './mixture';

/** What a configuration of PEFT's comes to on its base model, as a plan. */
export interface AdapterPlan {
  readonly plan: Plan;
  /** Those of the model's layers, whether adapted or not, by the paths of its files. */
  readonly modules: readonly Module[];
  readonly design: Design;
  /** Paths with a row that are no such modules: the output head, embeddings. */
  readonly strangers: readonly string[];
  /** What the map does not show, in sentences. */
  readonly notes: readonly string[];
  /** Why the file cannot be edited on a map. */
  readonly fixed: string | undefined;
}

/** What a configuration is read with. */
export interface AdapterContext {
  readonly text: string;
  /** Of the text's syntax. */
  readonly faults: readonly SyntaxFault[];
  readonly base: BaseModel;
  /** Of the experiment that belongs to it. */
  readonly budget: Budget;
  /** Of a mixture, by path in the class. */
  readonly experts?: ReadonlyMap<string, number>;
}

/** @throws LabError `adapter-invalid` where a pattern is no regular expression */
export function adapterPlan(
  config: TrainerConfig,
  { text, faults, base, budget, experts }: AdapterContext,
): AdapterPlan {
  const mixture = mixtureOf(config);
  const roles = moduleRoles(base);
  const modules = [...roles.values()];
  const known = new Set(modules.map(({ path }) => path));
  const resolved = resolve(config, base);
  const layers = new Map([...roles].map(([{ path }, { layer }]) => [path, layer]));
  const rows = resolved.modules.map(({ path, checkpointPath, rank, alpha }): [string, PlannedModule] => [
    checkpointPath,
    mixture
      ? mixtureRow(mixture, { rank, alpha }, layers.get(path) ?? 0, experts?.get(path))
      : { rank, alpha, experts: 1 },
  ]);
  const plan: Plan = { modules: Object.fromEntries(rows), shared: sharedOf(config, resolved) };
  const strangers = Object.keys(plan.modules).filter((path) => !known.has(path));
  return {
    plan,
    modules,
    strangers,
    design: designOf(config, mixture, plan, modules, budget),
    notes: notesOf(resolved, strangers),
    fixed: mixture
      ? 'A mixture of experts is changed in the plan of its experiment.'
      : reasonAgainst(text, config, faults),
  };
}

function mixtureRow(
  { experts, ranks }: Mixture,
  { rank, alpha }: Pick<PlannedModule, 'rank' | 'alpha'>,
  layer: number,
  own: number | undefined,
): PlannedModule {
  const ofLayer = typeof experts === 'number' ? experts : (experts[layer] ?? 0);
  return { rank: ranks?.[layer] ?? rank, alpha, experts: own ?? ofLayer };
}

/** Names in all layers, not only in those that have an adapter now: allocating anew may choose others. */
function designOf(
  { settings, kind }: TrainerConfig,
  mixture: Mixture | undefined,
  plan: Plan,
  modules: readonly Module[],
  budget: Budget,
): Design {
  const experts = Math.max(1, ...Object.values(plan.modules).map((row) => row.experts));
  const names = Object.keys(plan.modules).map((path) => path.slice(path.lastIndexOf('.') + 1));
  const targets = [...new Set(names)].filter((name) => modules.some(({ path }) => path.endsWith(`.${name}`)));
  return {
    method: mixture ? { mola: 'lora-smoe' as const, hydra: 'floe' as const }[mixture.form] : kind,
    adapter: { targets, rank: settings.rank, alpha: settings.alpha, experts },
    budget,
    plan,
    ...(kind === 'adalora' ? { adalora: { initR: settings.rank } } : {}),
    ...(settings.lily ? { lily: { strideA: settings.lily.strideA, numB: settings.lily.numB } } : {}),
  };
}

/** As PEFT shares: modules of one target by turns an A, all of them their B's. */
function sharedOf({ settings, kind }: TrainerConfig, { sharing }: ResolvedAdapter): SharedTensor[] {
  if (kind !== 'lily') return [];
  const stride = Math.max(1, settings.lily?.strideA ?? 1);
  return sharing.flatMap(({ members, b }) => {
    const paths = members.map(({ checkpointPath }) => checkpointPath);
    const turns = Array.from({ length: Math.ceil(paths.length / stride) }, (_, turn) =>
      paths.slice(turn * stride, (turn + 1) * stride),
    );
    return [
      ...turns
        .filter((turn) => turn.length > 1)
        .map((turn): SharedTensor => ({ tensor: 'A', members: turn, count: 1 })),
      { tensor: 'B' as const, members: paths, count: b },
    ];
  });
}

function notesOf({ experts, notCounted }: ResolvedAdapter, strangers: readonly string[]): string[] {
  const [first, ...others] = strangers;
  return [
    ...(first === undefined
      ? []
      : [
          `${first}${others.length > 0 ? ` and ${others.length} more modules have adapters` : ' has an adapter'} too, and no place among the layers.`,
        ]),
    ...(experts.length > 0 ? [`Adapters on ${experts.length} parameters are not shown.`] : []),
    ...notCounted,
  ];
}

function reasonAgainst(
  text: string,
  { said, faults }: TrainerConfig,
  ofSyntax: readonly SyntaxFault[],
): string | undefined {
  const [fault] = [...ofSyntax, ...faults];
  if (fault) {
    const line = positionAt(text, fault.range.start).line + 1;
    return `Line ${line}: ${fault.message}. Correct it as text.`;
  }
  const replicated = said.layerReplication?.value;
  if (replicated && !(replicated.kind === 'scalar' && replicated.value === null)) {
    return 'layer_replication gives each copy of a layer ranks of its own, which a map of the base model cannot tell apart.';
  }
  return undefined;
}

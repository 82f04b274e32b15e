import type { Export, ExportedModule, Planned } from './export';
import { counted, mean, scaleLoss, sharingLosses, sum } from './losses';
import { span } from '../writeBack/wantedModules';

/** What MoLA gives all modules of one layer. */
interface Layer {
  readonly layer: number;
  readonly modules: readonly ExportedModule[];
  readonly rank: number;
  /** Before it is lifted to what a token needs; 0 where the plan has no adapter in the layer. */
  readonly experts: number;
}

/**
 * MoLA's arguments, one entry a layer: all modules of a layer have its rank and number of experts, which is 1 or more and no
 * less than `top_k` (MoLA's and AlphaLoRA's training scripts, for LLaMA). Modules that differ within a layer get their mean.
 */
export const exportMola: Export = (planned, { topK }) => {
  const { modules, model } = planned;
  const usual = Math.max(1, Math.round(mean(modules.map(({ rank }) => rank))));
  const layers = Array.from({ length: model.layers }, (_, layer) => layerOf(layer, modules, usual));
  const experts = layers.map((one) => Math.max(one.experts, topK));
  const [alpha = 0] = modules.map((one) => one.alpha);
  const names = [...new Set(modules.map(({ path }) => path.slice(path.lastIndexOf('.') + 1)))];
  const list = (values: readonly (number | string)[]): string => `"${values.join(',')}"`;
  const rows = [
    `--lora_r ${list(layers.map(({ rank }) => rank))}`,
    `--number_experts ${list(experts)}`,
    `--top_k ${list(layers.map(() => topK))}`,
    `--lora_target_modules ${list(names)}`,
    `--lora_alpha ${alpha}`,
  ];
  return {
    text: `${rows.join(' \\\n')}\n`,
    losses: [
      ...familyLoss(planned),
      ...clampLosses(layers, topK),
      ...meanLosses(layers, experts, modules),
      ...moreModules(planned, names),
      ...sharingLosses(planned, 'MoLA'),
      ...[
        scaleLoss(
          modules,
          ({ module }) => alpha / (layers[module.layer]?.rank ?? 1),
          `MoLA has one alpha for all, ${alpha}`,
        ),
      ].filter((one) => one !== undefined),
    ],
  };
};

function layerOf(layer: number, all: readonly ExportedModule[], usual: number): Layer {
  const modules = all.filter(({ module }) => module.layer === layer);
  if (modules.length === 0) return { layer, modules, rank: usual, experts: 0 };
  const [rank = 1, experts = 1] = [modules.map((one) => one.rank), modules.map((one) => one.experts)].map(
    (values) => Math.max(1, Math.round(mean(values))),
  );
  return { layer, modules, rank, experts };
}

const familyLoss = ({ model }: Planned): string[] =>
  model.modelType === 'llama'
    ? []
    : [`MoLA's scripts train LLaMA alone, and this model is of type ${model.modelType}.`];

function clampLosses(layers: readonly Layer[], topK: number): string[] {
  const without = layers.filter(({ experts }) => experts === 0);
  const fewer = layers.filter(({ experts }) => experts > 0 && experts < topK);
  return [
    ...(without.length === 0
      ? []
      : [
          `MoLA leaves no layer out: ${numbered(without)}, without an adapter in the plan, ${without.length === 1 ? 'gets' : 'get'} ` +
            `${counted(topK, 'expert')} of rank ${span(without.map(({ rank }) => rank))}.`,
        ]),
    ...(fewer.length === 0
      ? []
      : [
          `A layer has top_k experts at least: ${numbered(fewer)} ${fewer.length === 1 ? 'goes' : 'go'} from ` +
            `${span(fewer.map(({ experts }) => experts))} to ${topK}.`,
        ]),
  ];
}

function meanLosses(
  layers: readonly Layer[],
  experts: readonly number[],
  modules: readonly ExportedModule[],
): string[] {
  const uneven = (of: (module: ExportedModule) => number): Layer[] =>
    layers.filter((one) => new Set(one.modules.map(of)).size > 1);
  const [ranks, counts] = [uneven(({ rank }) => rank), uneven((one) => one.experts)];
  const [planned, given] = [
    sum(modules.map((one) => one.experts)),
    sum(modules.map(({ module }) => experts[module.layer] ?? 0)),
  ];
  return [
    ...(ranks.length === 0
      ? []
      : [
          `The modules of a layer share a rank: ${numbered(ranks)} ${ranks.length === 1 ? 'has' : 'have'} ranks of ` +
            `${span(ranks.flatMap((one) => one.modules.map(({ rank }) => rank)))} in the plan and ` +
            `${span(ranks.map(({ rank }) => rank))} here.`,
        ]),
    ...(counts.length === 0
      ? []
      : [
          `The modules of a layer have as many experts each: ${numbered(counts)} ${counts.length === 1 ? 'gets' : 'get'} ` +
            `the mean, and the plan's ${planned} experts become ${given}.`,
        ]),
  ];
}

/** MoLA adapts a name in every layer. */
function moreModules({ model, modules }: Planned, names: readonly string[]): string[] {
  const adapted = new Set(modules.map(({ module }) => module.layer));
  const caught = model.modules.filter(
    ({ path, layer }) => adapted.has(layer) && names.includes(path.slice(path.lastIndexOf('.') + 1)),
  );
  const more = caught.length - modules.length;
  return more === 0
    ? []
    : [
        `The targets are the same in every layer: ${counted(more, 'module')} more than the plan's ${modules.length} ` +
          `in its layers ${more === 1 ? 'gets' : 'get'} experts.`,
      ];
}

const numbered = (layers: readonly Layer[]): string =>
  `layer${layers.length === 1 ? '' : 's'} ${layers.map(({ layer }) => layer).join(', ')}`;

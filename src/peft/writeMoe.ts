import type { ModelFolder } from '../files/modelFolder';
import type { Module } from '../shared/words';
import type { NamedArray } from '../shared/namedArray';
import { loraConfig, type RankAndAlpha } from './config';
import { writeAdapterFolder } from './folder';
import { prefix } from './names';
import { columnsOf, rowsOf } from './slices';
import { prepare, takeArray, type Arrays, type SaveOptions } from './write';

export interface MoeToSave {
  /** By our path; rank 0 or no expert means no adapter. */
  readonly modules: ReadonlyMap<string, RankAndAlpha & { readonly experts: number }>;
  /** `<path>.lora_A`, `<path>.lora_B`, and `<path>.router` where there are several experts. */
  readonly arrays: Arrays;
  readonly rankStabilized: boolean;
}

/**
 * Saves a mixture in MoLA's layout (source: GCYZSL/MoLA 4c7324d, src/mola_peft_model_hacked.py and mola_lora_hacked.py, read):
 * `….lora_A_<e>.weight` [r, in], `….lora_B_<e>.weight` [out, r] and `….router.router.weight` [N, in]. In its memory the
 * experts are called `lora_A.default_<e>`, but `get_peft_model_state_dict_moe` takes `.default` out, and its loader takes the
 * number behind the underscore. Router with one expert: none; its softmax is 1 whatever it holds.
 *
 * `experts.json` has the experts of each module, as LoRA-SMoE writes them.
 *
 * @returns what MoLA's own loader could not do with it: sentences for the user
 */
export async function saveMola(
  folder: string,
  model: ModelFolder,
  moe: MoeToSave & { readonly topK: number },
  options: SaveOptions,
): Promise<readonly string[]> {
  const notes = limitsOfMola(moe, model);
  const adapted = adaptedIn(moe);
  const layers = Array.from({ length: model.layers }, (_, layer) => {
    const rows = model.modules.flatMap((m) => (m.layer === layer ? (adapted.get(m.path) ?? []) : []));
    return { r: largest(rows.map(({ rank }) => rank)), n: largest(rows.map(({ experts }) => experts)) };
  });
  await saveMoe(
    folder,
    model,
    moe,
    options,
    {
      r: layers.map(({ r }) => r),
      number_experts: layers.map(({ n }) => n),
      top_k: layers.map(({ n }) => Math.min(moe.topK, n)),
    },
    (add, module, { rank, experts }) => {
      const [a, b] = matrices(moe, module, experts * rank, experts * rank);
      for (let expert = 0; expert < experts; expert++) {
        add(`lora_A_${expert}.weight`, rowsOf(a, expert * rank, rank));
        add(`lora_B_${expert}.weight`, columnsOf(b, expert * rank, rank));
      }
      if (experts > 1) add('router.router.weight', routerOf(moe, module, experts));
    },
  );
  return notes;
}

/**
 * Saves a mixture with one A in HydraLoRA's layout (source: Clin0212/HydraLoRA 5c08a78, HydraLoRA/peft/tuners/lora.py, read):
 * `….lora_A.weight` [r, in], `….lora_B<e>.weight` [out, r], `….lora_route.weight` [N, in]. A module with one expert is plain
 * LoRA: `….lora_B.weight`. HydraLoRA itself saves a pickle of these tensors, `adapter_model.bin`; ours are safetensors.
 *
 * @returns what HydraLoRA's own loader could not do with it: sentences for the user
 */
export async function saveHydra(
  folder: string,
  model: ModelFolder,
  moe: MoeToSave,
  options: SaveOptions,
): Promise<readonly string[]> {
  const rows = [...adaptedIn(moe).values()];
  await saveMoe(
    folder,
    model,
    moe,
    options,
    { lora_nums: largest(rows.map(({ experts }) => experts)) },
    (add, module, { rank, experts }) => {
      const [a, b] = matrices(moe, module, rank, experts * rank);
      add('lora_A.weight', a);
      for (let expert = 0; expert < experts; expert++) {
        const name = experts === 1 ? 'lora_B' : `lora_B${expert}`;
        add(`${name}.weight`, columnsOf(b, expert * rank, rank));
      }
      if (experts > 1) add('lora_route.weight', routerOf(moe, module, experts));
    },
  );
  return [
    ...differ(rows, ({ experts }) => experts, 'HydraLoRA has one number of experts for all modules'),
    ...differ(rows, ({ rank }) => rank, 'HydraLoRA has one rank for all modules'),
    ...differ(rows, ({ alpha }) => alpha, 'HydraLoRA has one alpha for all modules'),
    ...(moe.rankStabilized ? ['HydraLoRA scales by alpha / rank, not alpha / √rank.'] : []),
  ];
}

type Add = (name: string, array: NamedArray) => void;
type Row = RankAndAlpha & { readonly experts: number };

const adaptedIn = ({ modules }: MoeToSave): Map<string, Row> =>
  new Map([...modules].filter(([, { rank, experts }]) => rank > 0 && experts > 0));

async function saveMoe(
  folder: string,
  model: ModelFolder,
  moe: MoeToSave,
  options: SaveOptions,
  extra: Readonly<Record<string, unknown>>,
  tensorsOf: (add: Add, module: Module, row: Row) => void,
): Promise<void> {
  const ready = await prepare(model, options);
  const tensors = new Map<string, NamedArray>();
  const rows = new Map<string, Row>();
  const adapted = adaptedIn(moe);
  for (const [module, path] of ready.named.paths) {
    const row = adapted.get(module.path);
    if (row === undefined) continue;
    rows.set(path, row);
    tensorsOf((name, array) => tensors.set(`${prefix}${path}.${name}`, array), module, row);
  }
  const experts = Object.fromEntries([...rows].map(([path, row]) => [path, row.experts]));
  const config = {
    ...loraConfig(rows, { rankStabilized: moe.rankStabilized, dropout: options.dropout ?? 0 }, ready.base),
    ...extra,
  };
  await writeAdapterFolder(folder, { config, tensors: ready.withSaved(tensors), experts });
}

function limitsOfMola(moe: MoeToSave, model: ModelFolder): string[] {
  const rows = adaptedIn(moe);
  const adapted = model.modules.flatMap((module) => {
    const row = rows.get(module.path);
    return row ? [{ ...row, layer: module.layer }] : [];
  });
  const inLayers = (of: (row: Row) => number): boolean =>
    adapted.some((row) => adapted.some((other) => other.layer === row.layer && of(other) !== of(row)));
  return [
    ...(model.modelType === 'llama' ? [] : [`MoLA loads LLaMA only, not ${model.modelType}.`]),
    ...(inLayers(({ experts }) => experts)
      ? ['MoLA has one number of experts for all modules of a layer.']
      : []),
    ...(inLayers(({ rank }) => rank) ? ['MoLA has one rank for all modules of a layer.'] : []),
    ...differ(adapted, ({ alpha }) => alpha, 'MoLA has one alpha for all modules'),
    ...(moe.rankStabilized ? ['MoLA scales by alpha / rank, not alpha / √rank.'] : []),
  ];
}

const differ = <T>(rows: readonly T[], of: (row: T) => number, sentence: string): string[] =>
  new Set(rows.map(of)).size > 1
    ? [`${sentence}; here they are ${[...new Set(rows.map(of))].join(', ')}.`]
    : [];

/** At least 1: MoLA has no layer without experts. */
const largest = (numbers: readonly number[]): number => Math.max(1, ...numbers);

const matrices = (
  { arrays }: MoeToSave,
  { path, inFeatures, outFeatures }: Module,
  rowsOfA: number,
  columnsOfB: number,
): [NamedArray, NamedArray] => [
  takeArray(arrays, `${path}.lora_A`, [rowsOfA, inFeatures]),
  takeArray(arrays, `${path}.lora_B`, [outFeatures, columnsOfB]),
];

const routerOf = ({ arrays }: MoeToSave, { path, inFeatures }: Module, experts: number): NamedArray =>
  takeArray(arrays, `${path}.router`, [experts, inFeatures]);

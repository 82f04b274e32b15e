import type { BaseModel } from '../../../files/baseModel';
import type { RankAndAlpha } from '../../../peft/config';
import { LabError } from '../../../shared/errors';
import type { Plan } from '../../../shared/words';
import { applyEdits, type TextEdit } from '../../text/textEdit';
import type { TrainerConfig } from '../description';
import { formatOf } from '../formats/formats';
import { readAgain, readTrainerConfigs, type ReadConfigs } from '../read';
import { resolve } from '../resolve';
import { entryOf, textOf } from '../tree';
import { lilyChanges } from './lilyChanges';
import { isUniform, rankChanges, usualChanges } from './rankChanges';
import { setKeys, type KeyChange } from './setKey';
import { near, targetChanges } from './targetChanges';
import { otherLosses } from './otherLosses';
import { nearestUniform, uniformLosses } from './uniform';
import { numbers, signed, wantedModules, type WantedModule } from './wantedModules';
import type { WriteBack } from './writeBack';

export interface WriteBackOptions {
  /** Where a seed adapter goes, should one be needed: relative to the file, with forward slashes. */
  readonly seedFolder?: string;
  /** How the file is read again to check the edits; Python needs its parser for it. */
  readonly read?: (text: string) => ReadConfigs;
}

/**
 * Writes a plan into a trainer's file: the smallest edits that say it, in the trainer's own keys. What the edits come to is
 * read again and resolved on the base model, so that what is given out is what the trainer will read.
 *
 * @param config as it was read from `text`
 * @param base whose files the plan's paths are of
 * @throws LabError `plan-outdated`, `plan-missing`, `method-unavailable` or `experiment-invalid` where it cannot be written
 */
export function writeBackOf(
  text: string,
  config: TrainerConfig,
  plan: Plan,
  base: BaseModel,
  options: WriteBackOptions = {},
): WriteBack {
  const { read = (whole: string) => readTrainerConfigs(whole, config.syntax), seedFolder = 'seed-adapter' } =
    options;
  const again = readAgain(config, read);
  const { syntax, root } = config;
  const edit = (changes: readonly KeyChange[]): TextEdit[] =>
    changes.length === 0 ? [] : setKeys({ text, syntax, root }, inMap(config, changes), again);
  const wanted = wantedModules(plan, base);
  if (needsSeed(config, wanted.modules)) {
    return {
      edits: edit(seedChanges(config, seedFolder)),
      losses: [...wanted.losses, ...otherSeed(config, seedFolder)],
      seedAdapter: { folder: seedFolder },
    };
  }
  const { changes, expected, losses } = changesOf(config, plan, base, wanted.modules);
  const edits = edit(changes);
  requireSame(again(applyEdits(text, edits)).config, base, expected);
  return {
    edits,
    losses: [...wanted.losses, ...losses, ...otherLosses(config, wanted.modules)],
  };
}

interface PlannedChanges {
  readonly changes: readonly KeyChange[];
  /** What the file comes to. */
  readonly expected: ReadonlyMap<string, RankAndAlpha>;
  readonly losses: readonly string[];
}

function changesOf(
  config: TrainerConfig,
  plan: Plan,
  base: BaseModel,
  modules: ReadonlyMap<string, WantedModule>,
): PlannedChanges {
  const targets = targetChanges(config, base, [...modules.keys()]);
  if (plan.shared.length > 0 || config.kind === 'lily') {
    const changes = [...lilyChanges(config, plan, [...modules.values()]), ...targets.changes];
    // Lily scales by itself: alpha is not asked for.
    return {
      changes,
      expected: new Map(
        targets.adapted.map((path) => [path, { rank: modules.get(path)?.rank ?? 0, alpha: NaN }]),
      ),
      losses: [],
    };
  }
  const usual = nearestUniform(modules);
  const everywhere = new Map(targets.adapted.map((path) => [path, usual]));
  const extra = extraLoss(config, base, modules, targets.adapted, usual);
  if (isUniform(modules)) {
    return {
      changes: [...rankChanges(config, everywhere), ...targets.changes],
      expected: everywhere,
      losses: extra,
    };
  }
  if (config.keys.rankPattern === undefined || config.keys.alphaPattern === undefined) {
    return {
      changes: [...usualChanges(config, usual), ...targets.changes],
      expected: everywhere,
      losses: [...uniformLosses(modules, usual), ...extra],
    };
  }
  const all = new Map(
    targets.adapted.map((path): [string, RankAndAlpha] => [path, modules.get(path) ?? usual]),
  );
  return { changes: [...rankChanges(config, all), ...targets.changes], expected: all, losses: extra };
}

/** Where the trainer's names reach more than the plan has. */
function extraLoss(
  config: TrainerConfig,
  { matrices }: BaseModel,
  modules: ReadonlyMap<string, WantedModule>,
  adapted: readonly string[],
  { rank }: RankAndAlpha,
): string[] {
  const more = matrices.filter(({ path }) => adapted.includes(path) && !modules.has(path));
  if (more.length === 0) return [];
  const name = formatOf(config)?.name ?? config.format;
  const count = more.reduce((sum, matrix) => sum + numbers(matrix, rank), 0);
  return [
    `${name} cannot name single modules: ${adapted.length} are adapted instead of ${modules.size}, ${signed(count)} parameters.`,
  ];
}

/** Ludwig's `adapter: lora` is the type alone: with more to say, it is a map that has it. */
function inMap({ format, root }: TrainerConfig, changes: readonly KeyChange[]): readonly KeyChange[] {
  const type = textOf(entryOf(root, 'adapter')?.value);
  if (format !== 'ludwig' || type === undefined) return changes;
  const rows = changes.flatMap(({ path, value }) =>
    value === undefined || typeof path !== 'string' ? [] : [[path.replace('adapter.', ''), value] as const],
  );
  return [{ path: 'adapter', value: { type, ...Object.fromEntries(rows) } }];
}

/** Ranks by module for a trainer that has no key for them, but can begin with an adapter. */
const needsSeed = ({ keys }: TrainerConfig, modules: ReadonlyMap<string, WantedModule>): boolean =>
  keys.seedAdapter !== undefined && keys.rankPattern === undefined && !isUniform(modules);

function seedChanges(config: TrainerConfig, folder: string): KeyChange[] {
  const { seedAdapter, createNewAdapter } = config.keys;
  const after = near(config, 'baseModel', 'targets', 'rank');
  return [
    ...(seedAdapter === undefined ? [] : [{ path: seedAdapter, value: folder, after }]),
    ...(createNewAdapter === undefined
      ? []
      : [{ path: createNewAdapter, value: false, after: near(config, 'seedAdapter', 'baseModel') }]),
  ];
}

function otherSeed({ said }: TrainerConfig, folder: string): string[] {
  const before = textOf(said.seedAdapter?.value);
  return before === undefined || before === folder ? [] : [`Training no longer begins with ${before}.`];
}

/** @throws LabError `method-unavailable` where the file would come to something else */
function requireSame(
  config: TrainerConfig | undefined,
  base: BaseModel,
  expected: ReadonlyMap<string, RankAndAlpha>,
): void {
  const found = config && resolve(config, base).modules;
  const wrong = found?.find(({ path, rank, alpha }) => {
    const row = expected.get(path);
    return (
      row?.rank !== rank || (!Number.isNaN(row.alpha) && Math.abs(row.alpha - alpha) > 1e-9 * Math.abs(alpha))
    );
  });
  if (found?.length === expected.size && wrong === undefined) return;
  throw new LabError(
    'method-unavailable',
    wrong
      ? `The plan cannot be written into this file: ${wrong.path} would get rank ${wrong.rank} and alpha ${wrong.alpha}.`
      : 'The plan cannot be written into this file: it would come to other modules.',
    'Write it by hand, or report the file.',
  );
}

import { seededShuffle } from '../../shared/shuffle';
import type { Module, Plan } from '../../shared/words';
import { isSamePlan } from '../../shared/samePlan';

/** So many orders are drawn before it is said that there is no other plan. */
const draws = 20;

/**
 * A plan's rows in layers drawn by chance: whatever one layer has goes to another one whose modules have the same names and
 * shapes, so that the plan costs the same and looks the same, and only where its adapters are is left to chance.
 *
 * @param seed another one gives other layers
 * @returns undefined where every order gives the plan itself
 */
export function randomLayers(plan: Plan, modules: readonly Module[], seed: number): Plan | undefined {
  const layers = layersOf(modules);
  for (let draw = 0; draw < draws; draw++) {
    const to = shuffled(layers, seed * draws + draw);
    const rows = modules.flatMap((module) => {
      const row = plan.modules[module.path];
      const target = to.get(module.layer)?.get(placeOf(module));
      return row === undefined ? [] : [[target ?? module.path, row] as const];
    });
    const found = { modules: Object.fromEntries(rows), shared: [] };
    if (!isSamePlan(found, plan, { locks: false })) return found;
  }
  return undefined;
}

/** What modules of the same place in all layers have in common: their path without the layer's number. */
export const placeOf = (module: Module): string => module.path.replace(ownNumber(module), '*');

/** The number of a module's layer in its path: `.3.` of `model.layers.3.self_attn.q_proj`. */
const ownNumber = ({ layer }: Module): RegExp => new RegExp(`(?<=\\.)${layer}(?=\\.)`);

interface Layer {
  readonly layer: number;
  /** Paths by what they are without the layer's number. */
  readonly paths: ReadonlyMap<string, string>;
  /** Layers of one form can take each other's rows. */
  readonly form: string;
}

function layersOf(modules: readonly Module[]): Layer[] {
  const numbers = [...new Set(modules.map(({ layer }) => layer))];
  return numbers.map((layer) => {
    const mine = modules.filter((module) => module.layer === layer);
    const names = mine.map(placeOf);
    const sizes = mine.map(({ inFeatures, outFeatures }) => `${inFeatures}x${outFeatures}`);
    return {
      layer,
      paths: new Map(names.map((name, at) => [name, mine[at]?.path ?? ''])),
      form: names.map((name, at) => `${name} ${sizes[at]}`).join('\n'),
    };
  });
}

/** For each layer the paths of the one that its rows go to. */
function shuffled(layers: readonly Layer[], seed: number): Map<number, ReadonlyMap<string, string>> {
  const to = new Map<number, ReadonlyMap<string, string>>();
  for (const form of new Set(layers.map((one) => one.form))) {
    const alike = layers.filter((one) => one.form === form);
    const order = seededShuffle([...alike.keys()], seed);
    alike.forEach(({ layer }, at) => {
      const target = alike[order[at] ?? at];
      if (target !== undefined) to.set(layer, target.paths);
    });
  }
  return to;
}

import { LabError } from '../shared/errors';
import type { Budget, Module, PlannedModule } from '../shared/words';
import type { MethodOptions } from './options';
import type { AllocationRequest } from './problem';

/** `layers: 25` where `25%` was meant would keep every layer in silence. */
export function requireLayers({ layers }: Budget, count: number): void {
  if (!layers || !('count' in layers) || layers.count <= count) return;
  throw new LabError(
    'option-invalid',
    `The budget allows ${layers.count} layers, but the model has ${count}.`,
    `Write at most ${count}, or a share such as 25%.`,
  );
}

export function checkOptions({ minExperts, maxExperts }: MethodOptions): void {
  if (minExperts <= maxExperts) return;
  throw new LabError(
    'option-invalid',
    `No module can have at least ${minExperts} and at most ${maxExperts} experts.`,
    'Raise the maximum or lower the minimum.',
  );
}

/** Whether one of the targets names a module: its whole path, or how that ends. */
export const isTarget = (path: string, targets: readonly string[]): boolean =>
  targets.some((target) => path === target || path.endsWith(`.${target}`));

/** Paths of the modules that targets name. */
export function matchTargets(modules: readonly Module[], targets: readonly string[]): Set<string> {
  const matched = new Set<string>();
  for (const target of targets) {
    const found = modules.filter(({ path }) => isTarget(path, [target]));
    if (found.length === 0) {
      const names = new Set(modules.map(({ path }) => path.slice(path.lastIndexOf('.') + 1)));
      throw new LabError(
        'option-invalid',
        `The target "${target}" matches no module of the model.`,
        `Name some of its modules: ${[...names].join(', ')}.`,
      );
    }
    found.forEach(({ path }) => matched.add(path));
  }
  return matched;
}

/** All the numbers of a request: as many as modules or layers, finite, and but for gates not negative. */
export function checkScores(request: AllocationRequest, layers: number): void {
  const { modules, scores, layerScores, perSample, gates, components } = request;
  const ofModules = (values: readonly number[]): void =>
    checkRow(values, modules.length, 'modules', (index) => modules[index]?.path ?? '');
  const ofLayers = (values: readonly number[], signed: boolean): void =>
    checkRow(values, layers, 'layers', (index) => `layer ${index}`, signed);
  scores.forEach(ofModules);
  perSample?.flat().forEach(ofModules);
  layerScores?.forEach((values) => ofLayers(values, false));
  gates?.flat().forEach((values) => ofLayers(values, true));
  if (components !== undefined) ofModules(components.map((values) => values.find(isBad) ?? 0));
}

const isBad = (score: number): boolean => !Number.isFinite(score) || score < 0;

function checkRow(
  values: readonly number[],
  count: number,
  what: 'modules' | 'layers',
  nameOf: (index: number) => string,
  signed = false,
): void {
  const bad = values.findIndex((value) => (signed ? !Number.isFinite(value) : isBad(value)));
  const problem =
    values.length !== count
      ? `There are ${values.length} scores for ${count} ${what}`
      : bad >= 0
        ? `The score of ${nameOf(bad)} is ${values[bad]}; it must be finite${signed ? '' : ' and not negative'}`
        : undefined;
  if (problem) throw new LabError('scores-invalid', `${problem}.`, 'Score the layers of this model again.');
}

export function checkLocked(
  locked: Readonly<Record<string, PlannedModule>>,
  modules: readonly Module[],
): void {
  const known = new Set(modules.map(({ path }) => path));
  const path = Object.keys(locked).find((one) => !known.has(one));
  if (path === undefined) return;
  throw new LabError(
    'option-invalid',
    `The locked module "${path}" is not in the model.`,
    'Correct its path in the plan, or remove the row.',
  );
}

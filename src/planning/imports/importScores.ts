import { distance } from 'fastest-levenshtein';
import { LabError } from '../../shared/errors';
import { largestOf } from '../../shared/largestOf';
import type { LayerScore, ScoreFile } from '../../shared/scoreFile';
import type { Module } from '../../shared/words';
import { invalid, type GivenScore, type GivenScores } from './givenScores';

/** What the score file says of where its numbers are from. */
export interface ImportedFrom {
  /** Of the model folder, as the score file names it. */
  readonly model: string;
  readonly modelHash: string;
  /** Where the file names no task of its own. */
  readonly task: string;
  /** Of the file that was read. */
  readonly dataHash: string;
}

export interface ImportedScores {
  readonly scores: ScoreFile;
  /** What a reader should know, a sentence each: modules without a score. */
  readonly notes: readonly string[];
}

/**
 * Scores of somebody's own as a score file, over all modules of a model. Modules that the file leaves out count as 0, which
 * is said. What the file does not tell is taken as of `adapter-lab score`'s default: Fisher information over the data's labels.
 *
 * @param modules of the model; undefined where the file itself must tell them
 * @throws LabError `scores-invalid` for a path that the model does not have, with the nearest that it has, or that stands
 *   twice; `option-invalid` where neither the file nor a model tells the shapes
 */
export function importScores(
  given: GivenScores,
  modules: readonly Module[] | undefined,
  from: ImportedFrom,
): ImportedScores {
  const all = modules ?? given.rows.map(moduleOf);
  const byPath = new Map<string, GivenScore>();
  const named = pathFinder(all);
  for (const row of given.rows) {
    const path = named(row);
    const twice = byPath.get(path);
    if (twice) throw invalid(`${row.where} gives ${path} a second score`);
    byPath.set(path, row);
  }
  const rows = all.map(({ path, layer, role, inFeatures, outFeatures }) => ({
    ...{ path, layer, role, inFeatures, outFeatures },
    score: byPath.get(path)?.score ?? 0,
    standardError: byPath.get(path)?.standardError ?? 0,
  }));
  const missing = all.filter(({ path }) => !byPath.has(path)).map(({ path }) => path);
  return {
    scores: {
      version: 1,
      model: from.model,
      modelHash: from.modelHash,
      task: given.task ?? from.task,
      dataHash: from.dataHash,
      estimator: given.estimator ?? 'fisher',
      labels: 'empirical',
      samples: given.samples ?? 1,
      device: 'imported',
      modules: rows,
      layers: layersOf(rows),
      // What tells halves apart was not kept.
      stability: { halvesKendallTau: 0, topKAgreement: 0 },
    },
    notes: missing.length === 0 ? [] : [missingNote(missing, all.length)],
  };
}

function missingNote(missing: readonly string[], all: number): string {
  const shown = missing.slice(0, 3).join(', ');
  const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
  return `${missing.length} of ${all} modules have no score and count as 0: ${shown}${more}.`;
}

function moduleOf({ path, shape, where }: GivenScore): Module {
  if (shape) return { path, ...shape };
  throw new LabError(
    'option-invalid',
    `${where} does not tell the shape of ${path}.`,
    'Name the model folder: --model DIR.',
  );
}

/** Finds a module by what a script calls it: `model.layers.0.mlp.up_proj.weight`, or with a wrapper's name in front. */
function pathFinder(modules: readonly Module[]): (row: GivenScore) => string {
  const known = new Set(modules.map(({ path }) => path));
  return ({ path: written, where }) => {
    const path = written.replace(/\.weight$/, '');
    if (known.has(path)) return path;
    const alike = [...known].filter((one) => one.endsWith(`.${path}`) || path.endsWith(`.${one}`));
    if (alike.length === 1) return alike[0] ?? path;
    const nearest = nearestOf(path, [...known]);
    throw invalid(
      `${where} has the module ${written}, ${alike.length > 1 ? 'which could be several of the model' : 'which the model does not have'}` +
        `; nearest is ${nearest}`,
    );
  };
}

const nearestOf = (path: string, known: readonly string[]): string =>
  known.reduce((best, one) => (distance(path, one) < distance(path, best) ? one : best), known[0] ?? '');

/** Sums over modules, for every layer; their errors as if modules were independent, which only per-sample values could tell. */
function layersOf(rows: ScoreFile['modules']): LayerScore[] {
  const layers = Array.from({ length: 1 + largestOf(rows.map(({ layer }) => layer)) }, (_, layer) => ({
    ...{ layer, score: 0, variance: 0 },
  }));
  for (const { layer, score, standardError } of rows) {
    const sums = layers[layer];
    if (!sums) continue;
    sums.score += score;
    sums.variance += standardError ** 2;
  }
  return layers.map(({ layer, score, variance }) => ({ layer, score, standardError: Math.sqrt(variance) }));
}

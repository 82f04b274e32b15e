import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { provenancePath, provenanceSchema, type Provenance } from '../../configs/provenance';
import { formatScore, formatShare } from '../../shared/format';
import { moduleScores, type ModuleScores } from '../editor/moduleScores';
import type { PathScores } from '../../configs/trainers/facts';
import type { Run, RunStore } from '../runs/runStore';
import type { LinkedExperiments } from './linkedExperiments';
import { code, inline } from '../../shared/markdown';
import { parseJson } from '../../shared/parseJson';

/** What a module scored, and where that is known from. */
export interface Why {
  readonly scores: ModuleScores;
  /** In Markdown: a run's name, or the file that travels with a committed plan. */
  readonly from: string;
}

/**
 * Why modules have the ranks that they have: by the experiment's newest run, else by the provenance that was committed with
 * the plan, which a colleague's clone has as well.
 *
 * @param experiment its file
 * @returns undefined where neither knows the module
 */
export async function whyOf(runs: RunStore, experiment: string, module: string): Promise<Why | undefined> {
  const run = await runs.newestScored(experiment);
  const scored = run && moduleScores(run.state).get(module);
  if (run && scored) return { scores: scored, from: `run ${code(basename(run.folder))}` };
  const file = provenancePath(experiment);
  const provenance = await readProvenance(file);
  const kept = provenance && scoresIn(provenance, module);
  return kept && { scores: kept, from: `${code(basename(file))}, run ${code(provenance.run)}` };
}

const shown = new WeakMap<Run['state'], PathScores>();

/** Scores of the newest run of a config's experiment; the same map for as long as the run is the same. */
export async function scoresOf(
  linked: LinkedExperiments,
  runs: RunStore,
  file: string,
): Promise<PathScores | undefined> {
  const [newest] = await linked.of(file);
  const run = newest && (await runs.newestScored(newest.uri.fsPath));
  if (!run) return undefined;
  const known = shown.get(run.state);
  if (known) return known;
  const scores = new Map(
    // Scores of several tasks have scales of their own; their shares can be added.
    [...moduleScores(run.state)].map(([path, { tasks, share }]) => [
      path,
      (tasks.length === 1 && tasks[0]?.score) || share,
    ]),
  );
  shown.set(run.state, scores);
  return scores;
}

async function readProvenance(file: string): Promise<Provenance | undefined> {
  try {
    return provenanceSchema.parse(parseJson(await readFile(file, 'utf8')));
  } catch {
    // There is none, or one of another version: nothing is known then.
    return undefined;
  }
}

/** The scores of one module out of a provenance file; of one that keeps layers alone, its layer's. */
export function scoresIn({ tasks }: Provenance, module: string): ModuleScores | undefined {
  const parts = tasks.flatMap(({ task, scores, standardErrors }) => {
    const place = placeIn(Object.keys(scores), module);
    const score = place && scores[place.row]?.[place.layer];
    if (score === undefined || score === null || !place) return [];
    const total = Object.values(scores)
      .flat()
      .reduce<number>((sum, value) => sum + (value ?? 0), 0);
    const standardError = standardErrors?.[place.row]?.[place.layer] ?? 0;
    return [{ name: task, score, standardError, share: total > 0 ? score / total : 0 }];
  });
  if (parts.length === 0) return undefined;
  const share = parts.reduce((sum, part) => sum + part.share, 0) / parts.length;
  return { share, shareError: 0, tasks: parts };
}

/** Rows are paths with `*` for the layer's number, or a single one for whole layers. */
function placeIn(rows: readonly string[], module: string): { row: string; layer: number } | undefined {
  const parts = module.split('.');
  for (const [index, part] of parts.entries()) {
    if (!/^\d+$/.test(part)) continue;
    const row = parts.with(index, '*').join('.');
    if (rows.includes(row)) return { row, layer: Number(part) };
    if (rows.length === 1 && rows[0] === 'layers') return { row: 'layers', layer: Number(part) };
  }
  return undefined;
}

/** One line a task: `spam: 0.0123 ± 0.0004, 3.2 % of the score`. */
export const whyText = ({ scores, from }: Why): string =>
  [
    ...scores.tasks.map(
      ({ name, score, standardError, share }) =>
        `${inline(name)}: ${formatScore(score)}${standardError > 0 ? ` ± ${formatScore(standardError)}` : ''}, ${formatShare(share)} of the score`,
    ),
    `From ${from}.`,
  ].join('  \n');

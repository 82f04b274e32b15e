import type { SchemaInfo } from '../../configs/experiment/schemaWalk';
import { adapterForm, moduleParameters } from '../../planning/parameters';
import { formatCount, formatScore, formatShare } from '../../shared/format';
import type { ExperimentMethod, Module, PlannedModule } from '../../shared/words';
import type { ModuleScores } from './moduleScores';
import { inline } from '../../shared/markdown';

/** What a key of the experiment is for, in Markdown. */
export function keyHover(key: string, { description, values, defaultText }: SchemaInfo): string | undefined {
  if (description === undefined) return undefined;
  return [
    `**${key}**: ${description}`,
    ...(values.length > 0 ? [`One of ${values.map((value) => `\`${value}\``).join(', ')}.`] : []),
    ...(defaultText === undefined ? [] : [`Default: \`${defaultText}\`.`]),
  ].join('\n\n');
}

export interface RowFacts {
  readonly path: string;
  readonly method: ExperimentMethod | undefined;
  readonly row: PlannedModule | undefined;
  readonly module: Module | undefined;
  readonly scores: ModuleScores | undefined;
  /** Where the scores are from, in Markdown: a run, or what was committed with the plan. */
  readonly from: string | undefined;
}

/** Why a row of the plan is as it is: scores by task, and what it costs. */
export function rowHover({ path, method, row, module, scores, from }: RowFacts): string {
  const size = module ? ` · ${module.outFeatures} × ${module.inFeatures}` : '';
  const cost =
    module && row && method
      ? ` · ${formatCount(moduleParameters(module, row, adapterForm(method)))} parameters`
      : '';
  const adapter = row
    ? `rank ${row.rank}, alpha ${row.alpha} (scaled by ${formatScore(row.alpha / row.rank)}), ${row.experts} experts${cost}`
    : '';
  return [
    `**${inline(path)}**${size}`,
    ...(adapter === '' ? [] : [adapter]),
    ...(row?.locked ? ['Locked: Allocate leaves this row alone.'] : []),
    scores ? scoreTable(scores) : 'No scores yet: *Score Layers* measures them.',
    ...(scores && from !== undefined ? [`From ${from}.`] : []),
  ].join('\n\n');
}

function scoreTable({ tasks, share }: ModuleScores): string {
  const rows = tasks.map(
    (task) =>
      `| ${inline(task.name)} | ${formatScore(task.score)} | ${formatScore(task.standardError)} | ${formatShare(task.share)} |`,
  );
  const all = tasks.length > 1 ? [`| all tasks | | | ${formatShare(share)} |`] : [];
  return ['| task | score | ± | share |', '|:--|--:|--:|--:|', ...rows, ...all].join('\n');
}

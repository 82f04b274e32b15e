import type { TrainerConfig } from '../description';
import type { FactHint } from '../facts';
import type { ResolvedAdapter } from '../resolve';
import type { Lines } from './anchors';
import { counted } from '../../../shared/format';
import { fitting, type Words } from './words';

/** Whether targets stand there that the text does not tell: then no number is right. */
export function isTargetsUnknown({ said, settings }: TrainerConfig): boolean {
  const written = said.targets?.value;
  if (settings.targets.target_modules !== null || written === undefined) return false;
  return written.kind === 'opaque' || (written.kind === 'list' && written.items.length > 0);
}

/** `→ 196 of 224 linears`, and what else is adapted. */
export function targetWords(
  config: TrainerConfig,
  { modules, matrices, experts, notCounted }: ResolvedAdapter,
): Words | undefined {
  if (isTargetsUnknown(config)) return undefined;
  const of = (kind: string): number => modules.filter((module) => module.kind === kind).length;
  const linears = matrices.filter(({ kind }) => kind === 'linear').length;
  const [linear, embeddings, heads] = [of('linear'), of('embedding'), of('head')];
  const isDefault = config.settings.targets.target_modules === null && modules.length > 0;
  const tooltip = [
    'Modules that the targets match, by PEFT’s rules.',
    ...(isDefault ? ['They are PEFT’s own for this type of model.'] : []),
    ...notCounted,
  ].join(' ');
  if (modules.length === 0 && experts.length === 0) return { text: '→ matches nothing', tooltip };
  const parts = [
    `→ ${linear} of ${counted(linears, 'linear')}`,
    ...(embeddings > 0 ? [counted(embeddings, 'embedding')] : []),
    ...(heads > 0 ? ['output head'] : []),
  ];
  const text = fitting(parts, ' + ');
  return { text: isDefault ? fitting([text, 'PEFT’s default'], ', ') : text, tooltip };
}

/** How many modules each name of a list stands for: where it is none, or not as many as most. */
export function nameHints(
  { settings, said }: TrainerConfig,
  { modules }: ResolvedAdapter,
  lines: Lines,
): FactHint[] {
  const { targetNames } = settings;
  if (targetNames.length === 0) return [];
  const names = new Map(targetNames.map(({ name }) => [name, 0]));
  for (const { path } of modules) {
    for (let from = 0; from >= 0; from = path.indexOf('.', from) + 1 || -1) {
      const name = path.slice(from);
      const count = names.get(name);
      if (count !== undefined) names.set(name, count + 1);
    }
  }
  const usual = mostFrequent([...names.values()].filter((count) => count > 0));
  return targetNames.flatMap(({ name, range }): FactHint[] => {
    const count = names.get(name) ?? 0;
    // Names on the key's own line share it with the hint about all of them.
    const isInline = said.targets !== undefined && lines.isOneLine(said.targets.keyRange.end, range.end);
    if (count > 0 && (isInline || count === usual)) return [];
    const text = count === 0 ? 'matches nothing' : `→ ${counted(count, 'module')}`;
    return [{ text, field: 'targets', offset: isInline ? range.end : lines.hang(range.end) }];
  });
}

function mostFrequent(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce<readonly [number, number] | undefined>(
    (best, one) => (one[1] > (best?.[1] ?? 0) ? one : best),
    undefined,
  )?.[0];
}

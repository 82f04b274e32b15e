import { isDeepStrictEqual } from 'node:util';
import { isMap, isPair, type Document } from 'yaml';
import { LabError } from '../../shared/errors';
import type { Plan, PlannedModule } from '../../shared/words';
import { isLocked } from './planRowEdits';
import { childMap, keyName, parseYaml } from '../text/yamlText';

/** What an experiment says of its plan, in the plainest form (other keys in rows are left out), and of everything else. */
export interface PlanValue {
  readonly modules: Readonly<Record<string, PlannedModule>>;
  readonly shared: unknown;
  readonly rest: unknown;
}

/** @throws LabError `experiment-syntax` where an alias has no anchor */
export function planValue(document: Document): PlanValue {
  const value = resolve(document);
  const { plan, ...rest } = isRecord(value) ? value : {};
  const rows = isRecord(plan) && isRecord(plan['modules']) ? plan['modules'] : {};
  const modules = Object.entries(rows).map(([path, row]) => [path, plainRow(isRecord(row) ? row : {})]);
  const shared: unknown = isRecord(plan) ? plan['shared'] : undefined;
  return { modules: Object.fromEntries(modules) as PlanValue['modules'], shared: shared ?? [], rest };
}

/** The plan with the rows that are locked in the file instead of its own; those it does not have come first. */
export function withLockedRows(document: Document, current: PlanValue, plan: Plan): Plan {
  const root = document.contents;
  const rows = childMap(isMap(root) ? childMap(root, 'plan') : undefined, 'modules')?.items ?? [];
  const locked = Object.fromEntries(
    rows
      .filter((pair) => isPair(pair) && isLocked(pair))
      .map((pair) => keyName(pair) ?? '')
      .flatMap((path): [string, PlannedModule][] => {
        const row = current.modules[path];
        return row ? [[path, row]] : [];
      }),
  );
  const absent = Object.entries(locked).filter(([path]) => !Object.hasOwn(plan.modules, path));
  return { modules: { ...Object.fromEntries(absent), ...plan.modules, ...locked }, shared: plan.shared };
}

/** Whether a text has this plan and is otherwise what it was before. */
export function holdsPlan(text: string, plan: Plan, before: PlanValue): boolean {
  const document = parseYaml(text);
  if (document.errors.length > 0) return false;
  let now: PlanValue;
  try {
    now = planValue(document);
  } catch {
    return false;
  }
  const wanted = Object.entries(plan.modules).map(([path, row]) => [path, plainRow({ ...row })]);
  return (
    isDeepStrictEqual(now.modules, Object.fromEntries(wanted)) &&
    isDeepStrictEqual(now.shared, plan.shared) &&
    isDeepStrictEqual(now.rest, before.rest)
  );
}

function resolve(document: Document): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 });
  } catch (thrown) {
    throw new LabError(
      'experiment-syntax',
      `The plan cannot be written: ${thrown instanceof Error ? thrown.message : String(thrown)}.`,
      'Write the values out in place of the aliases.',
      { cause: thrown },
    );
  }
}

const plainRow = ({ rank, alpha, experts, locked }: Record<string, unknown>): Record<string, unknown> => ({
  rank,
  alpha,
  experts,
  ...(locked === true ? { locked: true } : {}),
});

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

import type { Module, Role } from '../../shared/words';

/** What the sample adapts, and PEFT by default but for the mlp. */
const usual: readonly Role[] = ['q', 'v', 'qkv', 'down'];

/**
 * Targets for a new experiment: queries, values, and what leads out of the mlp, as ends of paths that name no module of
 * another role (`attn.c_proj` and `mlp.c_proj` end alike). All roles where those have no name of their own.
 */
export function usualTargets(modules: readonly Module[]): string[] {
  const roles = [...new Set(modules.map(({ role }) => role))];
  const named = usual.filter((role) => roles.includes(role)).flatMap((role) => nameOf(role, modules) ?? []);
  if (named.length > 0) return named;
  return [...new Set(modules.map(({ path }) => lastParts(path, 1)))];
}

function nameOf(role: Role, modules: readonly Module[]): string | undefined {
  const mine = modules.filter((module) => module.role === role);
  for (const parts of [1, 2]) {
    const names = new Set(mine.map(({ path }) => lastParts(path, parts)));
    const [name] = names;
    const others = modules.some((module) => module.role !== role && module.path.endsWith(`.${name}`));
    if (name !== undefined && names.size === 1 && !others) return name;
  }
  return undefined;
}

const lastParts = (path: string, count: number): string => path.split('.').slice(-count).join('.');

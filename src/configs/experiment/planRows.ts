import type { Plan, PlannedModule, SharedTensor } from '../../shared/words';

/** How a plan is written: one row a module, so that a diff shows which modules changed. */
export const rowValue = ({ rank, alpha, experts, locked }: PlannedModule): string =>
  `{ rank: ${rank}, alpha: ${alpha}, experts: ${experts}${locked ? ', locked: true' : ''} }`;

const sharedValue = ({ tensor, members, count }: SharedTensor): string =>
  `{ tensor: ${tensor}, members: [${members.map((member) => quoted(member, '')).join(', ')}], count: ${count} }`;

/** Module paths need no quotes; other keys get those that they must have. */
export function quoted(key: string, style: '' | '"' | "'"): string {
  const plain = /^[A-Za-z][\w./-]*$/.test(key) && !/^(?:true|false|null|yes|no|on|off|nan|inf)$/i.test(key);
  if (plain && style === '') return key;
  return plain && style === "'" ? `'${key}'` : JSON.stringify(key);
}

/**
 * The lines of `modules:` and `shared:`, each with its newline.
 *
 * @param indent of the two keys
 * @param step further indentation of the rows
 */
export function planLines(plan: Plan, indent: string, step: string, newline: string): string {
  const rows = moduleLines(plan.modules, indent + step);
  const modules = rows.length === 0 ? [`${indent}modules: {}`] : [`${indent}modules:`, ...rows];
  const shared =
    plan.shared.length === 0 ? [] : [`${indent}shared:`, ...sharedLines(plan.shared, indent + step)];
  return [...modules, ...shared].map((line) => line + newline).join('');
}

export const moduleLines = (modules: Plan['modules'], indent: string): string[] =>
  Object.entries(modules).map(([path, row]) => `${indent}${quoted(path, '')}: ${rowValue(row)}`);

export const sharedLines = (shared: readonly SharedTensor[], indent: string): string[] =>
  shared.map((tensor) => `${indent}- ${sharedValue(tensor)}`);

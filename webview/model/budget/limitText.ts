import type { BudgetChange, LimitUse } from '../../../src/shared/draft';
import { parseCount, parseLayers } from '../../../src/shared/quantity';
import type { Budget } from '../../../src/shared/words';

/** A limit of a budget, in the order in which the page shows them. */
export const limits = ['layers', 'parameters', 'experts', 'megabytes'] as const satisfies (keyof Budget)[];
export type Limit = (typeof limits)[number];

export const limitTitles: Readonly<Record<Limit, string>> = {
  layers: 'Layers',
  parameters: 'Parameters',
  experts: 'Experts',
  megabytes: 'Size in MB',
};

/** How each may be written. */
export const limitHints: Readonly<Record<Limit, string>> = {
  layers: '25% or 6',
  parameters: '200k or 1.5M',
  experts: '48',
  megabytes: '12 or 0.5',
};

/**
 * One limit as it is written in a field, as in an experiment: `25%`, `6 layers`, `200k`, `1.5M`, `48`, `12 MB`.
 *
 * @returns a part of a budget, empty where the text is; a sentence where it cannot be read
 */
export function parseLimit(limit: Limit, text: string): Budget | string {
  const written = text.trim().replace(units[limit], '').replaceAll(',', '');
  if (written === '') return {};
  const budget = budgetOf(limit, written);
  return (
    budget ??
    `${limitTitles[limit]}: “${text.trim()}” is no limit. Write ${limitHints[limit]}, or nothing for no limit.`
  );
}

/** A limit in use as it would be written; empty where there is none. */
export function limitText(use: LimitUse | undefined): string {
  if (!use) return '';
  const { limit, most, share } = use;
  if (share !== undefined) return `${Number((share * 100).toFixed(6))}%`;
  if (limit !== 'parameters') return String(most);
  // Only where nothing is lost: what is written back is the limit.
  if (most % 1e6 === 0) return `${most / 1e6}M`;
  return most % 1e3 === 0 ? `${most / 1e3}k` : String(most);
}

/**
 * What fields ask of a budget: what was written in them, an empty one to take its limit off. Fields that nobody touched are
 * not among them: how their limits are told is the host's.
 *
 * @returns the change; else the first field that cannot be read, with a sentence
 */
export function budgetChange(
  texts: ReadonlyMap<Limit, string>,
): BudgetChange | { readonly wrong: Limit; readonly sentence: string } {
  const change: { -readonly [key in Limit]?: Budget[key] | null } = {};
  for (const [limit, text] of texts) {
    const part = parseLimit(limit, text);
    if (typeof part === 'string') return { wrong: limit, sentence: part };
    Object.assign(change, { [limit]: part[limit] ?? null });
  }
  return change;
}

function budgetOf(limit: Limit, written: string): Budget | undefined {
  if (limit === 'layers') {
    const layers = parseLayers(written);
    return layers && { layers };
  }
  if (limit === 'megabytes') {
    const megabytes = /^\d*\.?\d+$/.test(written) ? Number(written) : 0;
    return megabytes > 0 ? { megabytes } : undefined;
  }
  const count = parseCount(written);
  return count === undefined ? undefined : { [limit]: count };
}

const units: Readonly<Record<Limit, RegExp>> = {
  layers: /\s*layers?$/i,
  parameters: /\s*parameters?$/i,
  experts: /\s*experts?$/i,
  megabytes: /\s*MB$/i,
};

/** How far two sides' scores lie apart: the largest relative difference, and whose it is. */
export interface Agreement {
  readonly worst: number;
  readonly module: string;
}

/**
 * Compares the scores of two sides module by module.
 * @throws Error where they scored different modules, which no number could tell
 */
export function agreementOf(
  ours: ReadonlyMap<string, number>,
  theirs: ReadonlyMap<string, number>,
): Agreement {
  const unknown = [...ours.keys(), ...theirs.keys()].find((name) => !ours.has(name) || !theirs.has(name));
  if (unknown !== undefined || ours.size === 0)
    throw new Error(`Both sides must score the same modules; only one scored ${unknown ?? 'any'}.`);
  let found: Agreement = { worst: 0, module: '' };
  for (const [module, score] of ours) {
    const known = theirs.get(module)!;
    const apart = Math.abs(score - known) / Math.abs(known);
    // Also where it is no number.
    if (!(apart <= found.worst)) found = { worst: apart, module };
    if (Number.isNaN(apart)) break;
  }
  return { ...found, worst: Number(found.worst.toPrecision(3)) };
}

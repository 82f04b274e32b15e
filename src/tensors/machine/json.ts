/** The objects in a command's JSON: the list itself, or the one under `key`; a lone object counts as a list of one. */
export function objectsOf(text: string, key?: string): Readonly<Record<string, unknown>>[] {
  const whole = parsed(text);
  const part = key === undefined ? whole : isObject(whole) ? whole[key] : undefined;
  return (Array.isArray(part) ? part : [part]).filter(isObject);
}

/** @returns undefined for what is no JSON */
export function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A text that says something. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

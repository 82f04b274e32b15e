import { formatCount } from '../../../shared/format';

/** How findings say numbers and names. */
export const count = (value: number): string =>
  value < 1e6 ? value.toLocaleString('en-US') : formatCount(value);

/** `1 module`, `12 modules`. */
export const counted = (value: number, what: string): string =>
  `${count(value)} ${what}${value === 1 ? '' : 's'}`;

/** A ratio with no more digits than tell it: 2, 0.5, 1.41. */
export const ratio = (value: number): string => String(Number(value.toPrecision(3)));

/** `a`, `a and b`, `a, b, c and 4 more`. */
export function listed(names: readonly string[], most = 3): string {
  const shown = names.length > most ? [...names.slice(0, most), `${names.length - most} more`] : names;
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1) ?? ''}`;
}

/** What another setting would add: `12,288 parameters fewer than meant`; nothing where it is the same. */
export const parametersMissed = (missed: number): string =>
  missed === 0
    ? ''
    : `, ${counted(Math.abs(missed), 'parameter')} ${missed > 0 ? 'fewer' : 'more'} than meant`;

/** Below this many seconds a number says more than anybody knows. */
const few = 8;

/**
 * Seconds as they are shown: in steps that grow with them.
 *
 * @param shown what is shown now; it stays while the seconds are near it, so that a number does not go to and fro
 */
export function roundedLeft(seconds: number, shown?: number): number {
  if (seconds < few) return 0;
  const step = stepOf(seconds);
  if (shown !== undefined && shown >= few && Math.abs(seconds - shown) <= 0.6 * step) return shown;
  return Math.round(seconds / step) * step;
}

/**
 * 0 -> "a few seconds left"; 35 -> "about 35 s left"; 240 -> "about 4 min left"; 4800 -> "about 1 h 20 min left".
 * @param how "at most" where fewer may be enough
 */
export function leftWords(rounded: number, how: 'about' | 'at most' = 'about'): string {
  if (rounded < few) return 'a few seconds left';
  if (rounded < 60) return `${how} ${rounded} s left`;
  const minutes = Math.round(rounded / 60);
  if (minutes < 60) return `${how} ${minutes} min left`;
  const rest = minutes % 60;
  return `${how} ${Math.floor(minutes / 60)} h${rest === 0 ? '' : ` ${rest} min`} left`;
}

function stepOf(seconds: number): number {
  if (seconds < 57.5) return 5;
  if (seconds < 3600) return 60;
  return seconds < 6 * 3600 ? 600 : 3600;
}

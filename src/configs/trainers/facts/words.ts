import { formatBytes, formatCount, formatScore } from '../../../shared/format';

/** What a hint says, and more for who points at it. */
export interface Words {
  readonly text: string;
  readonly tooltip?: string | undefined;
}

/** VS Code cuts hints of a line behind so many characters. */
const mostCharacters = 42;

/** The parts of a hint that fit, from the first on. */
export function fitting(parts: readonly string[], separator = ' · '): string {
  let text = '';
  for (const part of parts) {
    const longer = text === '' ? part : text + separator + part;
    if (longer.length > mostCharacters) break;
    text = longer;
  }
  return text;
}

/** Bytes of a parameter in an adapter's file: PEFT saves float32 unless a trainer says otherwise. */
export const parameterBytes = 4;

/** `20.3 M trainable, 0.28 % · 81 MB` */
export function sizeWords(parameters: number, ofModel: number): string {
  const share = ofModel > 0 ? `, ${percent(parameters / ofModel)}` : '';
  return `${formatCount(parameters)} trainable${share} · ${bytesOf(parameters)}`;
}

export const bytesOf = (parameters: number): string => formatBytes(parameters * parameterBytes);

/** Shares of a model are small: two digits that say something. 0.0028 -> "0.28 %", 0.123 -> "12 %". */
export const percent = (share: number): string =>
  share * 100 >= 9.95 ? `${(share * 100).toFixed(0)} %` : `${Number((share * 100).toPrecision(2))} %`;

/** Scales as people say them: `2.0`, `0.125`, `2.83`. */
export const scaleWords = (scale: number): string =>
  Number.isInteger(scale) ? scale.toFixed(1) : formatScore(scale);

/** `8`, or `4 to 16` where they differ. */
export function rangeWords(values: readonly number[], write: (value: number) => string = String): string {
  if (values.length === 0) return '';
  let [least = 0] = values;
  let most = least;
  for (const value of values) {
    least = Math.min(least, value);
    most = Math.max(most, value);
  }
  const [from, to] = [write(least), write(most)];
  return from === to ? from : `${from} to ${to}`;
}

/** `0-3, 5, 7-9`; layers of a group in the fewest words. */
export function layerWords(layers: Iterable<number>): string {
  const sorted = [...new Set(layers)].sort((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const layer of sorted) {
    const last = runs.at(-1);
    if (last?.[1] === layer - 1) last[1] = layer;
    else runs.push([layer, layer]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(', ');
}

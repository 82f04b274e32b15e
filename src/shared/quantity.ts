/**
 * Numbers as people write them in an experiment: `25%`, `0.25`, `200k`, `1.5M`, `48`.
 */
const suffixes: Readonly<Record<string, number>> = { '': 1, k: 1e3, K: 1e3, M: 1e6, G: 1e9, B: 1e9 };

/** `200k` -> 200,000; undefined where it is no count of at least 1. */
export function parseCount(value: number | string): number | undefined {
  const match = /^\s*(\d[\d_]*(?:\.\d+)?)\s*([kKMGB]?)\s*$/.exec(String(value));
  if (!match) return undefined;
  const count = Number(match[1]?.replaceAll('_', '')) * (suffixes[match[2] ?? ''] ?? 1);
  // 1.1k is 1100.0000000000002 in binary.
  const whole = Math.round(count);
  return Math.abs(count - whole) < 1e-6 && whole >= 1 && Number.isSafeInteger(whole) ? whole : undefined;
}

/** `25%` and `0.25` -> a share; `8` -> a number of layers; undefined where it is neither. */
export function parseLayers(value: number | string): { share: number } | { count: number } | undefined {
  const text = String(value).trim();
  const percent = /^(\d+(?:\.\d+)?)\s*%$/.exec(text);
  if (percent) {
    const share = Number(percent[1]) / 100;
    return share > 0 && share <= 1 ? { share } : undefined;
  }
  const number = /^\d*\.?\d+$/.test(text) ? Number(text) : NaN;
  if (number > 0 && number < 1) return { share: number };
  return Number.isSafeInteger(number) && number >= 1 ? { count: number } : undefined;
}

/** `95%` and `0.95` -> a share above 0 and at most 1; undefined where it is none. */
export function parseShare(value: number | string): number | undefined {
  const layers = parseLayers(value);
  if (layers === undefined) return undefined;
  return 'share' in layers ? layers.share : undefined;
}

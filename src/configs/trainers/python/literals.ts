/**
 * What one string of Python's source stands for, quotes and prefix included; undefined for bytes, for f-strings with fields,
 * for characters by name (`\N{…}`), and for strings that are not closed.
 */
export function stringValue(source: string): string | undefined {
  const [, prefix = '', quote = ''] = /^([a-z]*)("""|'''|"|')/i.exec(source) ?? [];
  const start = prefix.length + quote.length;
  if (quote === '' || !source.endsWith(quote) || source.length < start + quote.length) return undefined;
  const body = source.slice(start, source.length - quote.length);
  if (quote.length === 1 && isOverLines(body)) return undefined;
  const kinds = prefix.toLowerCase();
  if (kinds.includes('b')) return undefined;
  const isFormat = kinds.includes('f') || kinds.includes('t');
  if (isFormat && /[{}]/.test(body.replaceAll('{{', '').replaceAll('}}', ''))) return undefined;
  const text = kinds.includes('r') ? body : unescaped(body);
  return isFormat ? text?.replaceAll('{{', '{').replaceAll('}}', '}') : text;
}

/** Whether a string runs over the end of its line: it is not closed there, and what the grammar took in is other text. */
const isOverLines = (body: string): boolean => /[\r\n]/.test(body.replaceAll(/\\(?:\r\n|[^])/g, ''));

const single: Readonly<Record<string, string>> = {
  '\\': '\\',
  "'": "'",
  '"': '"',
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

function unescaped(body: string): string | undefined {
  let isKnown = true;
  const text = body.replaceAll(
    /\\(?:([0-7]{1,3})|(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8}))|(\r\n|[^]))/g,
    (whole, octal?: string, two?: string, four?: string, eight?: string, other?: string) => {
      const digits = two ?? four ?? eight;
      if (octal !== undefined || digits !== undefined) {
        const code = octal === undefined ? Number.parseInt(digits ?? '', 16) : Number.parseInt(octal, 8);
        if (code <= 0x10ffff) return String.fromCodePoint(code);
        isKnown = false;
      }
      if (other === 'N') isKnown = false;
      return other === '\n' || other === '\r\n' ? '' : (single[other ?? ''] ?? whole);
    },
  );
  return isKnown ? text : undefined;
}

/** A number as it is written: `1_000`, `0x10`, `1e-4`; undefined for imaginary ones, and for `1e999`, which is infinite. */
export function numberValue(source: string): number | undefined {
  const value = Number(source.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}

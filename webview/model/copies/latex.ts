import type { CopyCell, CopyTable } from './table';

/** A table for LaTeX with the package booktabs: the first column to the left, the others to the right. */
export function latexOf({ caption, heads, rows }: CopyTable): string {
  const line = (cells: readonly string[]): string => `    ${cells.join(' & ')} \\\\`;
  return [
    '% \\usepackage{booktabs}',
    '\\begin{table}',
    '  \\centering',
    `  \\caption{${latexText(caption)}.}`,
    `  \\begin{tabular}{l${'r'.repeat(Math.max(0, heads.length - 1))}}`,
    '    \\toprule',
    line(heads.map(latexText)),
    '    \\midrule',
    ...rows.map((row) => line(row.map(cellText))),
    '    \\bottomrule',
    '  \\end{tabular}',
    '\\end{table}',
    '',
  ].join('\n');
}

/** A cell; a number with an exponent as one sets it. */
function cellText({ value, text }: CopyCell): string {
  const [, digits, exponent] = /^(-?[\d.]+)e([+-]?\d+)$/.exec(text) ?? [];
  const isPower = typeof value === 'number' && digits !== undefined && exponent !== undefined;
  return isPower ? `$${digits} \\times 10^{${Number(exponent)}}$` : latexText(text);
}

/** What stands for itself nowhere in LaTeX's text, and what its older engines have no letter for. */
const written: Readonly<Record<string, string>> = {
  '\\': '\\textbackslash{}',
  '~': '\\textasciitilde{}',
  '^': '\\textasciicircum{}',
  '–': '--',
  '×': '$\\times$',
  '±': '$\\pm$',
  '‖': '$\\|$',
  '…': '\\ldots{}',
  '’': "'",
  '−': '$-$',
};
const digits = '⁰¹²³⁴⁵⁶⁷⁸⁹';

/** Text outside of mathematics, escaped. Raised digits become an exponent. */
export const latexText = (text: string): string =>
  text.replace(/[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+|[\\{}%&#$_~^]|[–×±‖…’−]|[\r\n]+/g, (found) => {
    if (/^[\r\n]/.test(found)) return ' ';
    if (/^[⁻⁰¹²³⁴-⁹]/.test(found)) return `$^{${[...found].map(plainDigit).join('')}}$`;
    return written[found] ?? `\\${found}`;
  });

const plainDigit = (raised: string): string => (raised === '⁻' ? '-' : String(digits.indexOf(raised)));

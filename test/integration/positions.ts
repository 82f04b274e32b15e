import { readFileSync } from 'node:fs';
import { SourceMap, type SourceMapPayload } from 'node:module';
import { dirname, relative, resolve } from 'node:path';

/**
 * Names the test's own file and line where a report names the bundle's. Node would do so by itself, were it not for
 * VS Code, which formats the stacks in its extension host in its own way.
 */
export function withSourcePositions(report: string, bundle: string): string {
  const map = new SourceMap(JSON.parse(readFileSync(`${bundle}.map`, 'utf8')) as SourceMapPayload);
  const escaped = bundle.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return report.replace(
    new RegExp(`${escaped}:(\\d+):(\\d+)`, 'g'),
    (found, line: string, column: string) => {
      const entry = map.findEntry(Number(line) - 1, Number(column) - 1);
      if (!('originalSource' in entry)) return found;
      const file = resolve(dirname(bundle), entry.originalSource);
      return `${relative(process.cwd(), file)}:${entry.originalLine + 1}:${entry.originalColumn + 1}`;
    },
  );
}

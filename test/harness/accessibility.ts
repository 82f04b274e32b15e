import { readFileSync } from 'node:fs';
import type { Frame, Page } from 'playwright-core';

interface Finding {
  readonly id: string;
  readonly impact: string;
  readonly help: string;
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
}

let source: string | undefined;

/**
 * What axe-core finds wrong with a page that is serious or worse, a line each with the element. Its script comes through the
 * browser's debugger, which the page's policy does not bind.
 */
export async function seriousFindings(frame: Frame | Page): Promise<string[]> {
  source ??= readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');
  await frame.evaluate(source);
  const { violations } = (await frame.evaluate('axe.run(document)')) as { violations: readonly Finding[] };
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, help, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${help}: ${html.slice(0, 200)} (${failureSummary})`),
    );
}

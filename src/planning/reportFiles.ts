import { runFiles } from '../files/runs';
import type { RunManifest } from '../shared/runManifest';
import type { RunState } from '../shared/runState';
import { htmlReport, latexOf } from './htmlReport/page';
import { markdownReport } from './report';

/**
 * The reports of a run by the names of their files: Markdown for the editor, a page for people and papers, and a table for LaTeX where a
 * plan was judged. Pure; who calls writes them.
 *
 * @param manifest undefined of a run whose record is gone: where it is from cannot be said, and there is only Markdown
 */
export function reportFiles(state: RunState, manifest: RunManifest | undefined): ReadonlyMap<string, string> {
  if (manifest === undefined) return new Map([[runFiles.report, markdownReport(state)]]);
  const latex = latexOf(state, manifest);
  return new Map([
    [runFiles.report, markdownReport(state)],
    [runFiles.htmlReport, htmlReport(state, manifest)],
    ...(latex === undefined ? [] : [[runFiles.latex, latex] as const]),
  ]);
}

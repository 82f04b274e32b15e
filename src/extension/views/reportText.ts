import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readManifest, runFiles } from '../../files/runs';
import { skimRunEvents } from '../../files/skim/skimRun';
import { htmlReport, pagePolicy } from '../../planning/htmlReport/page';
import { replay } from '../../shared/replay';
import { emptyRun } from '../../shared/runState';

/**
 * The report of a run as a page: its file, or what its journal comes to where it was made before there were such files.
 * @throws LabError run-not-found, journal-invalid
 */
export async function reportText(run: string): Promise<{ text: string; isFile: boolean }> {
  const text = await readFile(join(run, runFiles.htmlReport), 'utf8').catch(() => undefined);
  if (text !== undefined) return { text, isFile: true };
  const manifest = await readManifest(run);
  const state = replay(emptyRun, await skimRunEvents(run));
  return { text: htmlReport(state, manifest), isFile: false };
}

/**
 * A page under our own policy, whatever it says itself: a folder of runs may come from anybody. The policy comes first, so that it holds for
 * all that stands behind it; a page that has one of its own is held to both.
 */
export function guarded(page: string): string {
  const policy = `<meta http-equiv="Content-Security-Policy" content="${pagePolicy}; base-uri 'none'; form-action 'none'" />`;
  const doctype = /^\s*<!doctype html>/i.exec(page)?.[0] ?? '';
  return `<!doctype html>${policy}${page.slice(doctype.length)}`;
}

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { runFiles } from '../../../src/files/runs';
import { parse, textOf } from '../planning/htmlReport/parsed';

/** The text of a run's page, which is well-formed, runs nothing and loads nothing. */
export function selfContainedPage(run: string): string {
  const html = readFileSync(path.join(run, runFiles.htmlReport), 'utf8');
  assert.doesNotMatch(html, /<script|<link|<img|<a |\ssrc=|\shref=|url\(|@import/i);
  // The namespace of SVG is a name.
  assert.doesNotMatch(html.replaceAll('xmlns="http://www.w3.org/2000/svg"', ''), /https?:/);
  return textOf(parse(html));
}

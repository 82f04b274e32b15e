import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { hashFile, hashModelFolder } from '../files/hash';
import { readJsonAs } from '../files/json';
import { readModelFolder } from '../files/modelFolder';
import { parseGivenScores } from '../planning/imports/givenScores';
import { importScores } from '../planning/imports/importScores';
import { runScoresSchema, scoreFileSchema, type ScoreFile } from '../shared/scoreFile';
import { say } from './terminal';
import { parseJson } from '../shared/parseJson';

/**
 * Scores from a file of ours, or of somebody's own; what is missing in those is said on standard error.
 *
 * @param model folder, for files that tell no shapes
 * @throws LabError `scores-invalid`, or what `readModelFolder` and `importScores` throw
 */
export async function readScores(file: string, model: string | undefined): Promise<readonly ScoreFile[]> {
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined && !isOurs(text)) return [await readGiven(text, file, model)];
  const read = await readJsonAs(file, z.union([scoreFileSchema, runScoresSchema]), {
    what: 'The score file',
    missing: 'scores-invalid',
    invalid: 'scores-invalid',
    next: 'Make one with: adapter-lab score --json FILE.',
  });
  return 'scores' in read ? read.scores : [read];
}

/** Ours say their version; JSON that cannot be read is taken for ours that broke. */
function isOurs(text: string): boolean {
  if (!/^\uFEFF?\s*[[{]/.test(text)) return false;
  try {
    const value = parseJson(text.replace(/^\uFEFF/, ''));
    return typeof value === 'object' && value !== null && 'version' in value;
  } catch {
    return true;
  }
}

async function readGiven(text: string, file: string, folder: string | undefined): Promise<ScoreFile> {
  const name = path.basename(file);
  const given = parseGivenScores(text, name);
  const model = folder === undefined ? undefined : await readModelFolder(folder);
  const { scores, notes } = importScores(given, model?.modules, {
    model: folder === undefined ? '' : path.basename(folder),
    modelHash: model ? await hashModelFolder(model) : '',
    task: name.replace(/\.[^.]+$/, ''),
    dataHash: await hashFile(file),
  });
  for (const note of notes) say(`${name}: ${note}`);
  return scores;
}

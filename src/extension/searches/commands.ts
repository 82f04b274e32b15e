import { basename } from 'node:path';
import type * as vscode from 'vscode';
import { readRequests } from '../../files/searchRequests';
import { refusalOf } from '../../search/byHand';
import { outlookOf } from '../../search/outlook';
import { gainWords } from '../../search/whyWords';
import { LabError } from '../../shared/errors';
import { capital, formatCount } from '../../shared/format';
import { metricWords, pausedWords, pointWords } from '../../shared/searchWords';
import type { Parts } from '../commands/parts';
import { steer, studyOf } from './steer';

/**
 * Lets the trial in progress end and holds the next one back. Returns the run's folder.
 * @param asked the run's folder, where it is asked of a certain one
 */
export async function pauseSearch(parts: Parts, uri: vscode.Uri, asked?: string): Promise<string> {
  const run = asked ?? (await runOf(parts, uri));
  await steer(parts, uri, run, { type: 'pause' });
  return run;
}

/**
 * Has a search that is paused go on, whoever runs it. Returns the run's folder; undefined where none is paused.
 * @param asked the run's folder, where it is asked of a certain one
 */
export async function goOn(parts: Parts, uri: vscode.Uri, asked?: string): Promise<string | undefined> {
  const run = asked ?? (await runOf(parts, uri).catch(() => undefined));
  const found = run === undefined ? undefined : await parts.runs.run(run).catch(() => undefined);
  if (found === undefined || pausedWords(found.state) === undefined) return undefined;
  await steer(parts, uri, found.folder, { type: 'go-on' });
  return found.folder;
}

/**
 * Asks for a point of the search, out of those that can be tried, and has it tried next.
 * @param asked the run's folder, where it is asked of a certain one
 * @returns the run's folder; undefined where nothing was chosen
 */
export async function addTrial(parts: Parts, uri: vscode.Uri, asked?: string): Promise<string | undefined> {
  const run = asked ?? (await runOf(parts, uri));
  const study = await studyOf(run);
  const requests = await readRequests(run);
  const { points } = outlookOf(study, requests, []);
  const { metric } = study.settings.objective;
  const items = points
    .filter(({ point }) => refusalOf(study, point, requests.waiting) === undefined)
    .map(({ point, parameters = 0, expected }) => ({
      point,
      label: capital(pointWords(point)),
      description: `${formatCount(parameters)} parameters`,
      ...(expected === undefined
        ? {}
        : {
            detail: `The model expects ${metricWords(metric, expected.mean)} ± ${gainWords(study.settings, expected.deviation)} ${metric}`,
          }),
    }));
  if (items.length === 0) {
    throw new LabError(
      'option-invalid',
      'Every candidate of the search was tried or asked for.',
      'List more under search: and search again.',
    );
  }
  const title = `Add a trial to the search of ${basename(uri.fsPath)}`;
  const chosen = await parts.dialogs.pick(items, { title, matchOnDescription: true, matchOnDetail: true });
  if (chosen === undefined) return undefined;
  await steer(parts, uri, run, { type: 'add', point: chosen.point });
  return run;
}

/** The run that is worked on or shown, else the newest one. @throws LabError run-not-found */
async function runOf({ jobs, panels, runs }: Parts, { fsPath }: vscode.Uri): Promise<string> {
  const { active } = jobs;
  const run =
    active?.experiment === fsPath ? active.run : (panels.runOf(fsPath) ?? (await runs.folders(fsPath))[0]);
  if (run !== undefined) return run;
  throw new LabError(
    'run-not-found',
    `${basename(fsPath)} has no run yet.`,
    'Search the ranks of the experiment first.',
  );
}

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readRunEvents, runFiles } from '../../../src/files/runs';
import { skimRunEvents } from '../../../src/files/skim/skimRun';
import { reportFiles } from '../../../src/planning/reportFiles';
import { replay } from '../../../src/shared/replay';
import { emptyRun } from '../../../src/shared/runState';
import { sampleManifest } from '../../unit/planning/htmlReport/sampleManifest';
import { begin, finish, score, smallModel } from '../../unit/webview/sampleRuns';
import { search, searchEnd } from '../../unit/webview/sampleSearch';
import { mutateLines } from '../mutators/lines';
import { textOf, type FuzzTarget, type Seed } from '../target';

const root = path.resolve(__dirname, '../..');
const lines = (values: readonly object[]): string => values.map((one) => `${JSON.stringify(one)}\n`).join('');
/** So many lines of a journal that was recorded: the rest says the same. */
const head = (file: string, count: number): string =>
  readFileSync(file, 'utf8').split('\n').slice(0, count).join('\n') + '\n';

/** A run's journal: read, skimmed, replayed, and told in every report. */
export const runJournal: FuzzTarget = {
  name: 'run-journal',
  open: (folder) => {
    const trained = path.join(root, 'unit/webview/trainings');
    const seeds: Seed[] = [
      ...readdirSync(trained).map((name) => ({ name, input: head(path.join(trained, name), 40) })),
      {
        name: 'score',
        input: lines([...begin(smallModel), ...score(smallModel, 2), ...finish(smallModel, [3, 7])]),
      },
      { name: 'search', input: lines([...begin(smallModel), ...search(4), ...searchEnd()]) },
    ];
    return Promise.resolve({
      seeds,
      mutate: ({ input }, random) => mutateLines(textOf(input), random),
      read: async (input) => {
        await writeFile(path.join(folder, runFiles.events), input);
        const skimmed = replay(emptyRun, await skimRunEvents(folder));
        const state = replay(emptyRun, await readRunEvents(folder));
        assert.equal(skimmed.status, state.status);
        for (const text of reportFiles(state, sampleManifest()).values()) assert.ok(text.length > 0);
        return true;
      },
    });
  },
};

import { importScores } from '../../../src/planning/imports/importScores';
import { parseGivenScores } from '../../../src/planning/imports/givenScores';
import { modulesOf, smallModel } from '../../unit/webview/sampleRuns';
import { mutateJson } from '../mutators/json';
import { mutateText } from '../mutators/text';
import { textOf, type FuzzTarget, type Seed } from '../target';

const modules = modulesOf({ ...smallModel, layers: 2 });
const rows = modules.map((module, index) => ({ ...module, score: index / 8, standardError: 0.1 }));
const json = (name: string, value: unknown): Seed => ({ name, input: JSON.stringify(value) });
const from = { model: 'model', modelHash: 'sha256:a', task: 'task', dataHash: 'sha256:b' };

/** Scores that another program wrote, with and without a model that tells the modules. */
export const imports: FuzzTarget = {
  name: 'scores-import',
  open: () =>
    Promise.resolve({
      seeds: [
        {
          name: 'csv',
          input: `path,score,standard error\n${rows.map(({ path, score }) => `${path},${score},0.1`).join('\n')}\n`,
        },
        json('map', Object.fromEntries(rows.map(({ path, score }) => [path, score]))),
        json('list', rows),
        json('file', { modules: rows, estimator: 'fisher', samples: 8, task: 'spam' }),
      ],
      mutate: ({ name, input }, random) =>
        (name === 'csv' ? mutateText : mutateJson)(textOf(input), [], random),
      read: (input) => {
        const given = parseGivenScores(textOf(input), 'scores');
        return [undefined, modules].every(
          (known) => importScores(given, known, from).scores.layers.length > 0,
        );
      },
    }),
};

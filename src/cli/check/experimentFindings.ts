import { parseExperiment } from '../../configs/experiment/parse';
import { placeOf } from '../../configs/experiment/schemaIssues';
import type { SchemaPath } from '../../configs/experiment/schemaWalk';
import { parseYaml } from '../../configs/text/yamlText';
import { isFile } from '../../files/isFile';
import { readModelFolder } from '../../files/modelFolder';
import { matchTargets } from '../../planning/checkRequest';
import { LabError } from '../../shared/errors';
import type { Found } from './checkFile';

/** What is wrong with an experiment: in its text, and with what it names on the disk, which a run would refuse. */
export async function experimentFindings(text: string, file: string): Promise<Found[]> {
  const { issues, experiment } = parseExperiment(text, file);
  const found = issues.map(({ code, replacement, ...issue }): Found => ({
    ...issue,
    id: code,
    fixes:
      replacement === undefined
        ? []
        : [{ title: `Change to "${replacement}"`, edits: [{ ...issue.range, text: replacement }] }],
  }));
  if (!experiment) return found;
  const document = parseYaml(text);
  const refused = (error: unknown, path: SchemaPath): void => {
    if (!(error instanceof LabError)) throw error;
    const { code, message, next } = error;
    found.push({ id: code, severity: 'error', message, next, range: placeOf(document, path), fixes: [] });
  };
  const model = await readModelFolder(experiment.model).catch((error: unknown) => refused(error, ['model']));
  try {
    if (model) matchTargets(model.modules, experiment.adapter.targets);
  } catch (error) {
    refused(error, ['adapter', 'targets']);
  }
  for (const [index, task] of experiment.tasks.entries()) {
    for (const part of ['train', 'validation', 'test'] as const) {
      const data = task[part];
      if (data === undefined || (await isFile(data))) continue;
      const message = `The data of the task "${task.name}" is not there: ${data}.`;
      refused(new LabError('data-missing', message, 'Correct the path, which starts at the experiment.'), [
        ...['tasks', index, part],
      ]);
    }
  }
  return found;
}

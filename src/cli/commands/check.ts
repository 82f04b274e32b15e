import { Option, type Command } from 'commander';
import { severities, type Severity } from '../../configs/trainers/rules/rule';
import { readBaseModel } from '../../files/baseModel';
import { exitCodes, LabError } from '../../shared/errors';
import { BaseModels, checkFile, type CheckedFile } from '../check/checkFile';
import { shownPath } from '../check/places';
import { jsonReport, tally, textReport } from '../check/reports';
import { sarifReport } from '../check/sarif';
import { candidates } from '../check/walk';
import { absolute } from '../options';
import { print, reportError, say } from '../terminal';

const formats = ['text', 'json', 'sarif'] as const;

interface Options {
  readonly format: (typeof formats)[number];
  readonly model?: string;
  readonly failOn: Severity;
}

/** `adapter-lab check`: silent mistakes in trainers' configs, and errors in experiments. */
export function addCheck(program: Command): void {
  program
    .command('check')
    .description('find mistakes in the configs of PEFT, axolotl and other trainers, and in experiments')
    .argument('<files...>', 'files, or folders to look through')
    .addOption(new Option('--format <name>', 'how to print').choices([...formats]).default('text'))
    .option(
      '--model <dir>',
      'the base model of all files; by default the folder that each one names',
      absolute,
    )
    .addOption(
      new Option('--fail-on <severity>', 'exit with 1 from this severity on')
        .choices([...severities])
        .default('warning'),
    )
    .action(run);
}

async function run(paths: string[], { format, model, failOn }: Options): Promise<void> {
  const bases = new BaseModels(model === undefined ? undefined : await readBaseModel(model));
  const checked: CheckedFile[] = [];
  const failed: unknown[] = [];
  const named = paths.map(absolute);
  for (const { file, isNamed } of await candidates(named)) {
    try {
      const one = await checkFile(file, bases);
      if (one) checked.push(one);
      // Who names a file wants it checked.
      else if (isNamed) failed.push(notKnown(file));
    } catch (thrown) {
      failed.push(thrown);
    }
  }
  // A check of the wrong folder that passes is a mistake in silence.
  if (checked.length === 0 && failed.length === 0) failed.push(noneIn(named));
  if (format === 'json') print(jsonReport(checked));
  else if (format === 'sarif') print(sarifReport(checked));
  else for (const line of textReport(checked)) print(line);
  tell(checked);
  for (const thrown of failed) process.exitCode = reportError(thrown);
  const counts = tally(checked);
  const isWorse = severities
    .slice(0, severities.indexOf(failOn) + 1)
    .some((severity) => counts[severity] > 0);
  if (isWorse) process.exitCode = exitCodes.input;
}

function tell(checked: readonly CheckedFile[]): void {
  const { error, warning, information } = tally(checked);
  const some = (size: number, one: string, many = `${one}s`): string => `${size} ${size === 1 ? one : many}`;
  say(
    `${some(error, 'error')}, ${some(warning, 'warning')}, ${some(information, 'note')} in ${some(checked.length, 'file')}.`,
  );
  const without = checked.filter(({ hasBase }) => !hasBase);
  if (without.length === 0) return;
  say(
    `${some(without.length, 'file was', 'files were')} checked without the base model, as ${shownPath(without[0]?.file ?? '')}: what has to do with its modules was not looked at. Give its folder with --model.`,
  );
}

const checkable =
  'Check a config that names its base model and its adapter: adapter_config.json, or a YAML file or Python source of a trainer.';

const notKnown = (file: string): LabError =>
  new LabError(
    'experiment-invalid',
    `${shownPath(file)} is neither an experiment nor a config of a trainer that is known.`,
    checkable,
  );

const noneIn = (folders: readonly string[]): LabError =>
  new LabError(
    'experiment-missing',
    `There is neither an experiment nor a config of a trainer that is known in ${folders.map(shownPath).join(', ')}.`,
    checkable,
  );

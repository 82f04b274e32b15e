import { Option, type Command } from 'commander';
import path from 'node:path';
import { exportFormats, exportPlan, type ExportFormat } from '../../configs/trainers/exports/exports';
import { exportSeedAdapter } from '../../configs/trainers/exports/seedAdapter';
import { loadPython } from '../../configs/trainers/python/pythonParser';
import { writeFileAtomic } from '../../files/atomic';
import { readModelFolder } from '../../files/modelFolder';
import { requireWritable } from '../../files/writable';
import { absolute, integer, positiveInteger } from '../options';
import { readPlan } from '../readPlan';
import { print, say, shown } from '../terminal';

interface Options {
  plan: string;
  model: string;
  format: ExportFormat | 'seed-adapter';
  out: string;
  baseModel?: string;
  topK: number;
  seed: number;
}

/** `adapter-lab export`: a plan as a file for a trainer. */
export function addExport(program: Command): void {
  program
    .command('export')
    .description('write a plan as a file for a trainer, and say what that trainer cannot express of it')
    .requiredOption('--plan <file>', "a run's plan.json, or what `allocate --json` wrote", absolute)
    .requiredOption('--model <dir>', 'Hugging Face model folder that the plan is for', absolute)
    .addOption(
      new Option('--format <name>', 'what to write')
        .choices([...exportFormats, 'seed-adapter'])
        .makeOptionMandatory(),
    )
    .requiredOption('--out <path>', 'file to write, or for seed-adapter the folder', absolute)
    .option(
      '--base-model <name>',
      "the model's name on the hub, for the file; the folder relative to the file where absent",
    )
    .option('--top-k <n>', 'mola: experts that a token goes to', positiveInteger, 2)
    .option('--seed <n>', 'seed-adapter: what A is drawn from', integer, 0)
    .action(run);
}

async function run({
  plan: file,
  model: folder,
  format,
  out,
  seed,
  topK,
  ...options
}: Options): Promise<void> {
  const isFolder = format === 'seed-adapter';
  if (!isFolder) await requireWritable(out);
  const plan = await readPlan(file);
  const model = await readModelFolder(folder);
  const relative = path
    .relative(isFolder ? out : path.dirname(out), folder)
    .split(path.sep)
    .join('/');
  const baseModel = options.baseModel ?? (relative || '.');
  if (isFolder) {
    done([out], await exportSeedAdapter(out, plan, model, { baseModel, seed }));
    return;
  }
  const python = format === 'python' ? await loadPython() : undefined;
  const { text, second, losses } = await exportPlan(format, plan, model, { baseModel, topK }, python);
  const files = new Map([[out, text]]);
  if (second) files.set(`${out.replace(/\.json$/i, '')}${second.ending}`, second.text);
  for (const name of files.keys()) await requireWritable(name);
  for (const [name, content] of files) await writeFileAtomic(name, content);
  done([...files.keys()], losses);
}

function done(files: readonly string[], losses: readonly string[]): void {
  for (const loss of losses) say(loss);
  print(`Wrote ${files.map(shown).join(' and ')}`);
}

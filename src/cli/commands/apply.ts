import type { Command } from 'commander';
import path from 'node:path';
import { readExperiment } from '../../configs/experiment/parse';
import { unifiedDiff } from '../../configs/text/unifiedDiff';
import { targetFile, writeTarget } from '../../configs/trainers/writeBack/targetFile';
import { requireWritable } from '../../files/writable';
import { absolute } from '../options';
import { print, say } from '../terminal';

/** `adapter-lab apply`: the plan of an experiment in the trainer's own file. */
export function addApply(program: Command): void {
  program
    .command('apply')
    .description("write the plan of an experiment into its target_config, the trainer's own file")
    .argument('<experiment>', 'a *.adapter.yaml file', absolute)
    .option('--dry-run', 'print the difference and write nothing')
    .action(apply);
}

async function apply(file: string, { dryRun = false }: { dryRun?: boolean }): Promise<void> {
  const experiment = await readExperiment(file);
  const target = await targetFile(experiment);
  const name = path.relative(process.cwd(), target.file).split(path.sep).join('/');
  for (const loss of target.losses) say(loss);
  const diff = unifiedDiff(name, target.text, target.edits);
  if (diff !== '') print(diff.replace(/\n$/, ''));
  if (dryRun) return;
  await requireWritable(target.file);
  await writeTarget(experiment, target);
  if (target.seedAdapter)
    say(`Wrote an adapter to begin with into ${target.seedAdapter.folder}, beside ${name}.`);
  say(target.edits.length > 0 ? `Wrote the plan into ${name}.` : `${name} has the plan already.`);
}

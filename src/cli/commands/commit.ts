import type { Command } from 'commander';
import { readExperiment } from '../../configs/experiment/parse';
import { provenancePath, provenanceText } from '../../configs/provenance';
import { commitWith } from '../../files/commitFiles';
import { diffOf, findRepository, isOfRepository } from '../../files/git';
import { isFile } from '../../files/isFile';
import { newestPlannedRun, readVerdicts } from '../../files/runRecords';
import { commitFacts, noPlan } from '../../planning/commitFacts';
import { commitMessage } from '../../planning/commitMessage';
import { absolute } from '../options';
import { print, say, shown } from '../terminal';

/** `adapter-lab commit`: the plan, its provenance, and the trainer's file where the plan changed it, as one commit. */
export function addCommit(program: Command): void {
  program
    .command('commit')
    .description('commit the plan of an experiment with its provenance; other staged files stay staged')
    .argument('<experiment>', 'a *.adapter.yaml file', absolute)
    .action(commit);
}

async function commit(file: string): Promise<void> {
  const experiment = await readExperiment(file);
  const repository = await findRepository(file);
  const records = await newestPlannedRun(file);
  if (records === undefined) throw noPlan(file);
  const facts = commitFacts(file, experiment, records, await readVerdicts(file));
  const provenance = provenancePath(file);
  const target = experiment.targetConfig;
  // The trainer's file that the plan was written to.
  const isOurs = target !== undefined && (await isFile(target)) && (await isOfRepository(repository, target));
  const isChanged = isOurs && (await diffOf({ repository, paths: [target] })) !== '';
  const paths = isChanged ? [file, target] : [file];
  say((await diffOf({ repository, paths })).trimEnd());
  const hash = await commitWith(
    { path: provenance, text: provenanceText(facts) },
    { repository, paths, message: commitMessage(facts) },
  );
  const names = [...paths, provenance].map(shown);
  print(`Committed ${names.slice(0, -1).join(', ')} and ${names.at(-1)} as ${hash.slice(0, 10)}.`);
}

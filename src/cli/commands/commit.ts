import type { Command } from 'commander';
import path from 'node:path';
import { readExperiment } from '../../configs/experiment/parse';
import { provenancePath, provenanceText } from '../../configs/provenance';
import { commitWith } from '../../files/commitFiles';
import { diffOf, findRepository } from '../../files/git';
import { newestPlannedRun } from '../../files/runRecords';
import { commitFacts, noPlan } from '../../planning/commitFacts';
import { commitMessage } from '../../planning/commitMessage';
import { absolute } from '../options';
import { print, say } from '../terminal';

/** `adapter-lab commit`: the plan and its provenance, and nothing else, as one commit. */
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
  const facts = commitFacts(file, experiment, records);
  const provenance = provenancePath(file);
  say((await diffOf({ repository, paths: [file] })).trimEnd());
  const hash = await commitWith(
    { path: provenance, text: provenanceText(facts) },
    { repository, paths: [file], message: commitMessage(facts) },
  );
  const shown = [file, provenance].map((name) => path.relative(process.cwd(), name)).join(' and ');
  print(`Committed ${shown} as ${hash.slice(0, 10)}.`);
}

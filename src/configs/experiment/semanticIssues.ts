import type { Document } from 'yaml';
import type { ExecutorName } from '../../shared/executorWords';
import { whyNotStopped } from '../../shared/estimatorWords';
import type { Issue } from './issue';
import type { ExperimentFile } from './schema';
import { placeOf } from './schemaIssues';

/** Blocks of options, and the method that reads them. */
const blockOf = {
  floe: 'floe',
  lora_smoe: 'lora-smoe',
  lily: 'lily',
  dynamic_lora: 'dynamic-lora',
  adalora: 'adalora',
} as const satisfies Partial<Record<keyof ExperimentFile, ExperimentFile['method']>>;

/** What no schema can say: how the parts of an experiment go together. */
export function semanticIssues(file: ExperimentFile, document: Document): Issue[] {
  return [
    ...repeatedTasks(file, document),
    ...unusedBlocks(file, document),
    ...strangers(file, document),
    ...neverSure(file, document),
    ...unusedJobKeys(file, document),
  ];
}

function repeatedTasks({ tasks }: ExperimentFile, document: Document): Issue[] {
  return tasks.flatMap(({ name }, index): Issue[] =>
    tasks.findIndex((task) => task.name === name) === index
      ? []
      : [
          {
            code: 'experiment-invalid',
            severity: 'error',
            message: `Two tasks are named "${name}".`,
            next: 'Give each task a name of its own; scores and reports go by it.',
            range: placeOf(document, ['tasks', index, 'name']),
          },
        ],
  );
}

function unusedBlocks({ method }: ExperimentFile, document: Document): Issue[] {
  return Object.entries(blockOf)
    .filter(([block, owner]) => owner !== method && document.has(block))
    .map(([block, owner]) => ({
      code: 'experiment-invalid',
      severity: 'warning',
      message: `The block "${block}" has no effect with method ${method}.`,
      next: `Remove it, or set method to ${owner}.`,
      range: placeOf(document, [block]),
    }));
}

/** What each executor takes of `jobs`. */
const jobKeys: Readonly<Record<ExecutorName, readonly (keyof ExperimentFile['jobs'])[]>> = {
  local: ['at_once'],
  slurm: ['at_once', 'account', 'partition', 'gpus', 'cpus', 'memory', 'time', 'flags'],
  ray: ['at_once', 'gpus', 'cpus', 'address'],
};

/** Limits that look as if they held. Without an executor the setting of the editor or the command line names one. */
function unusedJobKeys({ executor, jobs }: ExperimentFile, document: Document): Issue[] {
  if (executor === undefined) return [];
  const taken: readonly string[] = jobKeys[executor];
  return Object.keys(jobs)
    .filter((key) => !taken.includes(key))
    .map((key) => ({
      code: 'experiment-invalid',
      severity: 'warning',
      message: `jobs.${key} has no effect with executor ${executor}.`,
      next: `Remove it; ${executor} takes ${taken.join(', ')}.`,
      range: placeOf(document, ['jobs', key]),
    }));
}

/** Members of shared tensors that the plan does not list. */
function strangers({ plan }: ExperimentFile, document: Document): Issue[] {
  return (plan?.shared ?? []).flatMap(({ members }, index) =>
    members.flatMap((member, position): Issue[] =>
      plan && Object.hasOwn(plan.modules, member)
        ? []
        : [
            {
              code: 'experiment-invalid',
              severity: 'error',
              message: `The shared tensor names the module "${member}", which plan.modules does not list.`,
              next: 'Add the module to plan.modules, or take it out of members.',
              range: placeOf(document, ['plan', 'shared', index, 'members', position]),
            },
          ],
    ),
  );
}

/** A score that shall stop early, by an estimator that needs all samples. */
function neverSure({ score }: ExperimentFile, document: Document): Issue[] {
  const why = whyNotStopped(score.estimator);
  if (score.until_sure === undefined || why === undefined) return [];
  return [
    {
      code: 'experiment-invalid',
      severity: 'error',
      message: `The estimator "${score.estimator}" cannot stop when it is sure: ${why}.`,
      next: 'Remove until_sure, or use the estimator fisher.',
      range: placeOf(document, ['score', 'until_sure']),
    },
  ];
}

/** Who runs the pieces of a run: this machine, a Slurm cluster, or a Ray cluster. */
export const executorNames = ['local', 'slurm', 'ray'] as const;
export type ExecutorName = (typeof executorNames)[number];

export const executorTitles: Readonly<Record<ExecutorName, string>> = {
  local: 'This machine',
  slurm: 'Slurm',
  ray: 'Ray',
};

interface Pieces {
  readonly executor: ExecutorName;
  readonly waiting: number;
  readonly running: number;
  readonly nodes: readonly string[];
  readonly why?: string | undefined;
}

/** "Slurm: 2 jobs run on n1, n2; 3 wait (Priority)" */
export function piecesWords({ executor, waiting, running, nodes, why }: Pieces): string {
  const jobs = (count: number, verb: string): string =>
    `${count} ${count === 1 ? `job ${verb}s` : `jobs ${verb}`}`;
  const where = nodes.length === 0 ? '' : ` on ${nodes.join(', ')}`;
  const reason = why === undefined ? '' : ` (${why})`;
  const parts = [
    ...(running > 0 ? [`${jobs(running, 'run')}${where}`] : []),
    ...(waiting > 0
      ? [`${running > 0 ? `${waiting} ${waiting === 1 ? 'waits' : 'wait'}` : jobs(waiting, 'wait')}${reason}`]
      : []),
  ];
  return `${executorTitles[executor]}: ${parts.join('; ')}`;
}

/** "3 jobs were left to Slurm; Resume goes on with what they do": of a run whose window was closed, or whose engine was killed. */
export function leftPiecesWords({ executor, waiting, running }: Pieces): string {
  const [jobs, them] =
    waiting + running === 1 ? ['1 job was', 'it does'] : [`${waiting + running} jobs were`, 'they do'];
  return `${jobs} left to ${executorTitles[executor]}; Resume goes on with what ${them}`;
}

import { adaloraStart, cellNames, cellsOf, largestUniform, shares, type Cell } from './lib/evidence/cells';
import { addRow, readRows, type Row } from './lib/evidence/rows';
import { writeTables } from './lib/evidence/tables';
import { evidenceTasks, TaskBench, type EvidenceTask } from './lib/evidence/train';
import type { Experiment } from '../src/configs/experiment/experiment';
import type { Estimator } from '../src/shared/words';

const seeds = [1, 2, 3];
const estimators = ['fisher', 'gate-fisher', 'sensitivity'] as const satisfies readonly Estimator[];

/**
 * The evidence of our own: what each method's plan comes to on four tasks of the sample, beside uniform, random and last layers
 * in the same number of parameters, over three seeds. One row a training goes to bench/evidence/rows.jsonl; those that are there
 * are not trained again, so it goes on wherever it was stopped.
 *
 *     npm run bench -- evidence
 */
export async function benchEvidence(): Promise<void> {
  const tasks = Object.keys(evidenceTasks) as EvidenceTask[];
  for (const share of shares) {
    for (const task of tasks) await cells(task, share);
  }
  writeTables(readRows());
}

async function cells(task: EvidenceTask, share: (typeof shares)[number]): Promise<void> {
  const done = (cell: Pick<Cell, 'name'>, seed: number): boolean =>
    readRows().some(
      (row) => row.task === task && row.share === share && row.cell === cell.name && row.seed === seed,
    );
  if (cellNames.every((name) => seeds.every((seed) => done({ name }, seed)))) return;
  const bench = await TaskBench.open(task);
  try {
    const scores = new Map<Estimator, Awaited<ReturnType<TaskBench['scores']>>>();
    for (const estimator of estimators) scores.set(estimator, await bench.scores(estimator));
    const all = cellsOf(bench.experiment, bench.modules, scores, share);
    const trained = new Map<string, Row>();
    // All cells with one seed before the next: whatever was measured is comparable.
    for (const seed of seeds) {
      for (const cell of all) {
        if (done(cell, seed)) continue;
        const key = trainingOf(bench, cell, seed);
        const twin = trained.get(key) ?? wholeRow({ task, share }, cell, seed);
        const row = twin ?? (await rowOf(bench, { task, share }, cell, seed));
        trained.set(key, row);
        if (twin !== undefined) {
          addRow({ ...twin, share, cell: cell.name });
          continue;
        }
        addRow(row);
        console.log(
          `${task} ${100 * share} % ${cell.name} seed ${seed}: ${(100 * row.accuracy).toFixed(1)} %, ${row.parameters} parameters, ${row.seconds.toFixed(0)} s`,
        );
        writeTables(readRows());
      }
    }
  } finally {
    await bench.close();
  }
}

/** What decides a training: two cells whose plans are the same, as with one expert everywhere, are trained once. */
function trainingOf(bench: TaskBench, cell: Cell, seed: number): string {
  const { modules, shared } = cell.planFor(seed);
  const isPlain = cell.method === 'floe' && Object.values(modules).every(({ experts }) => experts <= 1);
  const rows = Object.entries(modules).filter(([, { experts }]) => experts > 0);
  const sorted = rows
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { rank, alpha, experts }]) => [path, rank, alpha, experts]);
  return JSON.stringify([isPlain ? 'lora' : cell.method, seed, sorted, shared, optionsOf(bench, cell)]);
}

/** The usual row in all layers is the same for each share. */
const wholeRow = (
  { task, share }: Pick<Row, 'task' | 'share'>,
  { name }: Cell,
  seed: number,
): Row | undefined =>
  name === 'all-layers'
    ? readRows().find(
        (row) => row.task === task && row.share !== share && row.cell === name && row.seed === seed,
      )
    : undefined;

async function rowOf(
  bench: TaskBench,
  of: Pick<Row, 'task' | 'share'>,
  cell: Cell,
  seed: number,
): Promise<Row> {
  const plan = cell.planFor(seed);
  const { outcome, seconds } = await bench.train(cell.method, plan, seed, optionsOf(bench, cell));
  const [{ losses, hits = [], targets }] = outcome.tasks as [(typeof outcome.tasks)[number]];
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const adapted = bench.modules.filter(({ path }) => (plan.modules[path]?.experts ?? 0) > 0);
  return {
    ...of,
    ...{ cell: cell.name, seed, parameters: cell.parameters },
    layers: new Set(adapted.map(({ layer }) => layer)).size,
    accuracy: sum(hits) / hits.length,
    loss: sum(losses.map((loss, at) => loss * targets[at]!)) / sum(targets),
    hits: hits.join(''),
    losses: losses.map((loss) => Number(loss.toFixed(4))),
    targets: [...targets],
    seconds: Number(seconds.toFixed(2)),
    secondsPerStep: Number(outcome.secondsPerStep.toFixed(4)),
  };
}

/** AdaLoRA's ranks of start and end, which it has from its own block. */
function optionsOf({ experiment, modules }: TaskBench, { name, parameters }: Cell): Partial<Experiment> {
  if (name !== 'adalora') return {};
  const { rank: targetR } = largestUniform(experiment, modules, 'adalora', parameters);
  const schedule = { tinit: 20, tfinal: 60, deltaT: 10, orthRegWeight: 0.1 };
  return { adalora: { ...experiment.adalora, initR: adaloraStart(targetR), targetR, ...schedule } };
}

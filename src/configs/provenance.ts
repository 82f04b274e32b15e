import * as z from 'zod';
import { experimentEnding } from '../shared/ids';
import { planTotalsSchema, type PlanFile } from '../shared/planFile';
import type { ScoreFile } from '../shared/scoreFile';
import { allocationMethods, estimators, type Budget } from '../shared/words';
import { scoreTables } from './scoreTable';

/**
 * `<experiment>.provenance.json`: what a committed plan was made from, small enough to be reviewed with it. Runs stay
 * outside git; this is what travels.
 */
const finite = z.number();

/** Rows by module path with `*` for the layer's number, columns by layer; null where a layer has no such module. */
const scoreTableSchema = z.record(z.string(), z.array(finite.nullable()));

export const provenanceSchema = z.object({
  version: z.literal(1),
  /** Name of the experiment's file. */
  experiment: z.string(),
  run: z.string(),
  /** Version of Adapter Lab. */
  adapterLab: z.string(),
  method: z.enum(allocationMethods),
  budget: z.object({
    layers: z.union([z.object({ share: finite }), z.object({ count: finite })]).optional(),
    parameters: finite.optional(),
    experts: finite.optional(),
    megabytes: finite.optional(),
  }),
  seed: z.number().int(),
  model: z.object({ name: z.string(), hash: z.string() }),
  totals: planTotalsSchema,
  summary: z.string(),
  verdict: z.string(),
  /** Hash of the run's scores.json, which has every digit. */
  scoresHash: z.string(),
  tasks: z.array(
    z.object({
      task: z.string(),
      dataHash: z.string(),
      estimator: z.enum(estimators),
      labels: z.enum(['empirical', 'true']),
      samples: z.number().int().positive(),
      device: z.string(),
      stability: z.object({ halvesKendallTau: finite, topKAgreement: finite }),
      scores: scoreTableSchema,
      /** Left out where the file would grow too large. */
      standardErrors: scoreTableSchema.optional(),
    }),
  ),
});
export type Provenance = z.infer<typeof provenanceSchema>;

export interface ProvenanceFacts {
  /** Absolute or relative path of the experiment; its file name is kept. */
  readonly experiment: string;
  readonly run: string;
  readonly adapterLab: string;
  readonly budget: Budget;
  readonly seed: number;
  readonly plan: PlanFile;
  /** One entry a task, at least one. */
  readonly scores: readonly ScoreFile[];
  readonly scoresHash: string;
  readonly verdict?: string | undefined;
}

const maxBytes = 20_000;

/** From all that there is to the least that still says which layers led; the first that is small enough is taken. */
const details = [
  { digits: 4, errors: true, rows: 'modules' },
  { digits: 3, errors: true, rows: 'modules' },
  { digits: 3, errors: false, rows: 'modules' },
  { digits: 2, errors: false, rows: 'modules' },
  { digits: 3, errors: false, rows: 'layers' },
] as const;

/** The text of the file, below 20 kB for every model up to hundreds of layers: digits go first, then standard errors. */
export function provenanceText(facts: ProvenanceFacts): string {
  let text = '';
  for (const detail of details) {
    text = format(build(facts, detail));
    if (Buffer.byteLength(text) < maxBytes) break;
  }
  return text;
}

/** `spam.adapter.yaml` -> `spam.provenance.json`, in the same folder. */
export const provenancePath = (experiment: string): string =>
  `${experiment.endsWith(experimentEnding) ? experiment.slice(0, -experimentEnding.length) : experiment}.provenance.json`;

function build(facts: ProvenanceFacts, detail: (typeof details)[number]): Provenance {
  const { plan, scores } = facts;
  const [first] = scores;
  return {
    version: 1,
    experiment: lastPart(facts.experiment),
    run: facts.run,
    adapterLab: facts.adapterLab,
    method: plan.method,
    budget: facts.budget,
    seed: facts.seed,
    model: { name: shareable(first?.model ?? ''), hash: first?.modelHash ?? '' },
    totals: plan.totals,
    summary: plan.summary,
    verdict: facts.verdict ?? 'not judged',
    scoresHash: facts.scoresHash,
    tasks: scores.map((file) => {
      const { scores: means, standardErrors } = scoreTables(file, detail.rows, detail.digits);
      const { task, dataHash, estimator, labels, samples, device, stability } = file;
      const common = { task, dataHash, estimator, labels, samples, device, stability, scores: means };
      return detail.errors ? { ...common, standardErrors } : common;
    }),
  };
}

const lastPart = (path: string): string => path.replace(/[\\/]+$/, '').replace(/^.*[\\/]/, '');

/** What is committed names no place on the author's disk: of an absolute path only the folder's name stays. */
const shareable = (path: string): string => (/^(?:[\\/]|[A-Za-z]:)/.test(path) ? lastPart(path) : path);

/** Indented, with each row of numbers on one line, so that a diff shows the rows that changed. */
const format = (provenance: Provenance): string =>
  `${JSON.stringify(provenance, undefined, 1).replace(/\[\n[\s\d.,e+nul-]*\]/g, (row) => row.replace(/\s+/g, ''))}\n`;

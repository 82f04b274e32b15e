import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import { Journal } from '../../files/journal';
import { readJournal } from '../../files/readJournal';
import { LabError } from '../../shared/errors';
import { readOnlyPlanSchema } from '../../shared/planFile';
import { armNames, controlNames, type ArmName } from '../../shared/verdict';

/** What a judgement is of: a journal goes on only where it is the same. */
const settingsSchema = z.object({
  /** Of model, data, plan and how it is trained. */
  fingerprint: z.string(),
  controls: z.array(z.enum(controlNames)),
  seeds: z.array(z.number().int()).min(1),
  /** What was judged, and how its controls are built: a search has its own. */
  plan: readOnlyPlanSchema,
  adapter: z.object({ rank: z.number(), alpha: z.number(), experts: z.number() }),
  split: z.enum(['validation', 'test']),
  /** A difference that does not matter: said before there is an answer. */
  margin: z.number().nonnegative(),
});
export type JudgementSettings = z.infer<typeof settingsSchema>;

const taskSchema = z.object({
  task: z.string(),
  losses: z.array(z.number()),
  targets: z.array(z.number()),
  hits: z.array(z.number()).optional(),
});

const outcomeSchema = z.object({
  arm: z.enum(armNames),
  seed: z.number().int(),
  secondsPerStep: z.number().nonnegative(),
  memoryBytes: z.number().nonnegative(),
  tasks: z.array(taskSchema),
});
export type JudgedOutcome = z.infer<typeof outcomeSchema>;
/** @throws ZodError where it is none */
export const readOutcome = (value: unknown): JudgedOutcome => outcomeSchema.parse(value);

/** A control whose training ran away: there is no comparison with it. */
const divergedSchema = z.object({ arm: z.enum(controlNames), seed: z.number().int(), reason: z.string() });
export type DivergedArm = z.infer<typeof divergedSchema>;

const lineSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('judgement'), version: z.literal(1), settings: settingsSchema }),
  z.object({ type: z.literal('trained'), ...outcomeSchema.shape }),
  z.object({ type: z.literal('diverged'), ...divergedSchema.shape }),
]);

/**
 * A run's `outcomes.jsonl`: what each training of an arm did on each example. It is the truth of a judgement: the verdict is
 * reckoned from it alone, so that one that was stopped goes on behind its last line.
 */
export class OutcomeJournal {
  private constructor(
    private readonly journal: Journal,
    private readonly found: JudgedOutcome[],
    /** Controls that have none. */
    readonly diverged: DivergedArm[],
  ) {}

  /** @throws LabError run-not-resumable where the file is of another judgement, journal-invalid */
  static async open(path: string, settings: JudgementSettings): Promise<OutcomeJournal> {
    const journal = await Journal.open(path);
    try {
      const { settings: before, outcomes, diverged } = await read(path);
      if (before === undefined) await journal.append({ type: 'judgement', version: 1, settings });
      else if (!isDeepStrictEqual(before, settingsSchema.parse(settings))) throw another(path);
      return new OutcomeJournal(journal, outcomes, diverged);
    } catch (thrown) {
      await journal.close();
      throw thrown;
    }
  }

  of(arm: ArmName): readonly JudgedOutcome[] {
    return this.found.filter((one) => one.arm === arm);
  }

  /** Returns once it is in the file. */
  async add(outcome: JudgedOutcome): Promise<void> {
    await this.journal.append({ type: 'trained', ...outcome });
    this.found.push(outcome);
  }

  async addDiverged(diverged: DivergedArm): Promise<void> {
    await this.journal.append({ type: 'diverged', ...diverged });
    this.diverged.push(diverged);
  }

  close(): Promise<void> {
    return this.journal.close();
  }
}

/** For those who only look. @throws LabError run-not-found, journal-invalid */
export async function readOutcomes(
  path: string,
): Promise<{ settings: JudgementSettings; outcomes: JudgedOutcome[] }> {
  const { settings, outcomes } = await read(path);
  if (settings !== undefined) return { settings, outcomes };
  throw new LabError('run-not-found', `${path} has no judgement.`, 'Name a run that judged.');
}

/** What a judgement is of; undefined where its first line was not written. @throws LabError run-not-found, journal-invalid */
export const readSettings = async (path: string): Promise<JudgementSettings | undefined> =>
  (await read(path)).settings;

interface Read {
  readonly settings: JudgementSettings | undefined;
  readonly outcomes: JudgedOutcome[];
  readonly diverged: DivergedArm[];
}

async function read(path: string): Promise<Read> {
  const lines = await readJournal(path, (value) => lineSchema.parse(value));
  const [first] = lines;
  return {
    settings: first?.type === 'judgement' ? first.settings : undefined,
    outcomes: lines.flatMap((line) => (line.type === 'trained' ? [outcomeSchema.parse(line)] : [])),
    diverged: lines.flatMap((line) => (line.type === 'diverged' ? [divergedSchema.parse(line)] : [])),
  };
}

const another = (path: string): LabError =>
  new LabError(
    'run-not-resumable',
    `${path} is of another judgement: the plan, the data or how it is trained have changed since.`,
    'Start a new run, or restore what has changed.',
  );

import path from 'node:path';
import type { Experiment } from '../../configs/experiment/experiment';
import { runFiles } from '../../files/runs';
import { bestTrial } from '../../search/bestTrials';
import { decodeStudyEvent, StudyJournal } from '../../search/journal';
import { fullGridWarning, mostTrials, nextStep } from '../../search/nextStep';
import { trialValue } from '../../search/objective';
import { isByHand, isFinished, type SearchTrial, type Study } from '../../search/study';
import type { Proposal } from '../../search/studyEvents';
import type { SearchedTrial } from '../../shared/runEvents';
import type { ScoreFile } from '../../shared/scoreFile';
import { pointWords } from '../../shared/searchWords';
import { OrderedWrites } from '../orderedWrites';
import type { RunWriter } from '../runWriter';
import type { PreparedTraining } from '../training/prepareTraining';
import { stepsBetweenEvaluations, TrainingOrder } from '../training/stepBatches';
import { TrialRunner, type TrialRunnerOptions } from '../training/trialRunner';
import { pieceTraining, takeEvent, unstamped } from '../pieces/orders';
import type { Piece } from '../pieces/piece';
import type { PieceRunner } from '../pieces/pieceRunner';
import { deviceOfPieces } from '../pieces/probe';
import { isNews } from '../pieces/pieceStudy';
import { Listener } from './listener';
import { TrialTrainer, trialNameOf } from './trialTrainer';
import { experimentAt, studySettings, type SearchedPoint } from './searchSpace';

export interface RankSearchOptions extends TrialRunnerOptions {
  /** Milliseconds between two looks at whether a paused search shall go on. */
  readonly lookEvery?: number | undefined;
}

/**
 * A rank search over one run: proposes, trains, tells the study, until it says that it has enough. The study's journal is the
 * truth: a search that was stopped replays it, and goes on with the trial that was under way from its checkpoint. Between two
 * trials it listens to what is asked of it.
 */
export class RankSearch {
  private readonly events = new OrderedWrites();
  private readonly trainer: TrialTrainer;
  private readonly requests: Listener;
  /** By trial, how far trials are that go on at once; 0 to 1. */
  private readonly shares = new Map<number, number>();

  private constructor(
    private readonly experiment: Experiment,
    private readonly scores: readonly ScoreFile[],
    private readonly prepared: PreparedTraining,
    private readonly writer: RunWriter,
    private readonly options: RankSearchOptions,
    private readonly journal: StudyJournal,
    signal: AbortSignal,
  ) {
    const runner = new TrialRunner(options, prepared, writer, this.events, signal);
    const { run } = options;
    this.trainer = new TrialTrainer(
      ...([run, experiment, scores, prepared, runner, journal, this.events] as const),
      { told: (number) => this.tell(number), stepped: this.progress },
    );
    this.requests = new Listener(
      options.run,
      {
        paused: (paused) => writer.record({ type: 'search-steered', paused, trials: this.most }),
        refused: (text) => writer.record({ type: 'note', text: `A trial by hand was left out. ${text}` }),
      },
      signal,
      options.lookEvery,
    );
  }

  /**
   * @returns the best point with its plan; undefined where no trial came to its end
   * @throws LabError cancelled, run-not-resumable, and what trials throw but for those that diverge
   */
  static async run(
    experiment: Experiment,
    scores: readonly ScoreFile[],
    prepared: PreparedTraining,
    writer: RunWriter,
    options: RankSearchOptions,
    signal: AbortSignal,
  ): Promise<SearchedPoint | undefined> {
    const file = path.join(options.run, runFiles.trials);
    const rungs = rungsOf(experiment, prepared);
    const journal = await StudyJournal.open(file, {
      ...studySettings(experiment, scores),
      fingerprint: prepared.work.fingerprint,
      ...(rungs === undefined ? {} : { rungs }),
    });
    let search: RankSearch | undefined;
    try {
      search = new RankSearch(...([experiment, scores, prepared, writer, options, journal, signal] as const));
      return await search.all();
    } finally {
      // What was told before a failure stands before it.
      await search?.events.drained().catch(() => undefined);
      await journal.close();
    }
  }

  private get most(): number {
    return mostTrials(this.study);
  }

  private get study(): Study {
    return this.journal.study;
  }

  private async all(): Promise<SearchedPoint | undefined> {
    const { journal, writer } = this;
    // A process that was killed leaves those of trials that it had ended.
    for (const trial of this.study.trials.filter(isFinished)) await this.trainer.forget(trial.number);
    const warning = fullGridWarning(this.study);
    const finished = this.study.trials.filter(isFinished).length;
    await writer.record({ type: 'search-begun', trials: this.most, finished });
    if (warning !== undefined) await writer.record({ type: 'note', text: warning });
    if (this.options.pieces && this.study.settings.batch === 1)
      await writer.record({ type: 'note', text: oneByOne });
    for (;;) {
      const open = this.study.trials.filter((trial) => !isFinished(trial));
      const [waiting] = open;
      // A trial that was under way when the search was stopped is none that begins.
      const isUnderWay = open.some(({ state }) => state === 'running');
      const asked = isUnderWay ? [] : await this.requests.listen(this.study);
      if (waiting !== undefined) {
        const began = performance.now();
        const { pieces, resume } = this.options;
        if (pieces === undefined) await this.trainer.train(waiting);
        else await this.trainApart(open, pieces);
        if (waiting.number === 0 && !resume) await this.foresee((performance.now() - began) / 1000);
        continue;
      }
      const step = nextStep(this.study, asked);
      if (step.type === 'propose') {
        await this.propose(step.proposals);
      } else if (step.type === 'stop') {
        if (this.study.stopped === undefined) await journal.record({ type: 'stopped', ...step.stop });
        return this.end(step.stop.words);
      }
    }
  }

  private async propose(proposals: readonly Proposal[]): Promise<void> {
    await this.journal.record({ type: 'proposed', proposals: [...proposals] });
    const added = this.study.trials.slice(-proposals.length);
    const byHand = added.flatMap(({ request, point }) => (request === undefined ? [] : [{ request, point }]));
    if (byHand.length > 0) {
      await this.requests.took(byHand);
      await this.writer.record({ type: 'search-steered', paused: false, trials: this.most });
    }
    for (const trial of added) await this.tell(trial.number);
  }

  /** What the whole run will have taken, once its first trials have shown what they take. @param seconds of these */
  private async foresee(seconds: number): Promise<void> {
    const { memory } = this.writer.state;
    const done = Math.max(1, this.study.trials.filter(isFinished).length);
    const estimate = {
      seconds: this.writer.seconds + (seconds * (this.most - done)) / done,
      memoryBytes: Math.max(memory?.processBytes ?? 0, process.memoryUsage.rss()),
      diskBytes: this.most * (await this.writer.diskBytes()),
    };
    await this.writer.record({ type: 'estimate', estimate });
  }

  private async end(words: string): Promise<SearchedPoint | undefined> {
    const best = bestTrial(this.study);
    await this.writer.record({
      ...{ type: 'search-ended', words },
      ...(best === undefined ? {} : { best: best.number }),
    });
    return best === undefined ? undefined : experimentAt(this.experiment, this.scores, best.point);
  }

  /** Has a batch trained at once, elsewhere. */
  private async trainApart(trials: readonly SearchTrial[], pieces: PieceRunner): Promise<void> {
    const { experiment, prepared, options, writer, journal } = this;
    const { seeds } = this.study.settings;
    const device = await deviceOfPieces(pieces, writer, options);
    const training = pieceTraining(experiment, prepared, writer, seeds, options);
    /** By the name of a training. */
    const steps = new Map<string, number>();
    // Jobs read in it what they are to train.
    await journal.flush();
    const all = trials.map(({ number }): Piece => ({
      ...{ name: `trial-${number}`, title: `Trial ${number + 1}`, device },
      work: { kind: 'trial', number, training },
    }));
    await pieces.run(all, {
      event: async ({ work }, event) => {
        await takeEvent(writer, event);
        if (event.type === 'trial') steps.set(event.trial, event.steps);
        if (event.type !== 'step' || work.kind !== 'trial') return;
        const { number } = work;
        const seed = seeds.find((one) => trialNameOf(number, one) === event.trial) ?? 0;
        this.progress(number, seed, event.step, steps.get(event.trial) ?? event.step);
        await this.events.drained();
      },
      line: async (_piece, value) => {
        const event = decodeStudyEvent(value);
        if (!isNews(this.study, event)) return false;
        await journal.record(unstamped(event));
        if ('trial' in event && event.type !== 'measured') await this.tell(event.trial);
        return true;
      },
    });
    for (const { number } of trials) this.shares.delete(number);
    const left = this.study.trials.find((trial) => !isFinished(trial));
    if (left !== undefined)
      throw new Error(`Trial ${left.number} came to its end without telling what it came to.`);
  }

  private readonly progress = (number: number, seed: number, step: number, steps: number): void => {
    const { trials, settings } = this.study;
    const { seeds } = settings;
    this.shares.set(number, (seeds.indexOf(seed) + step / steps) / seeds.length);
    const going = trials.filter((trial) => !isFinished(trial) && this.shares.has(trial.number));
    const inTrials = going.reduce((sum, trial) => sum + (this.shares.get(trial.number) ?? 0), 0);
    const share = Math.min(1, (trials.filter(isFinished).length + inTrials) / this.most);
    const point = pointWords(trials[number]?.point ?? {});
    const words = `trial ${number + 1} of ${this.most} (${point}), step ${step} of ${steps}`;
    this.events.push(() => this.writer.record({ type: 'progress', share, step: words }));
  };

  private async tell(number: number): Promise<void> {
    const trial = this.study.trials[number];
    if (trial === undefined) return;
    const best = bestTrial(this.study);
    await this.writer.record({
      ...{ type: 'searched', trial: told(this.study, trial) },
      ...(best === undefined ? {} : { best: best.number }),
    });
  }
}

const oneByOne =
  'Trials are proposed one by one, so only one is trained at a time; search.batch proposes several together.';

/** A trial as the run's journal tells it. */
function told(study: Study, trial: SearchTrial): SearchedTrial {
  const { number, point, state, cost: parameters, why, reason } = trial;
  const value = trialValue(study, trial);
  return {
    ...{ number, point, state, parameters, metric: study.settings.objective.metric },
    ...(value === undefined ? {} : { value }),
    ...(why === undefined ? {} : { why }),
    ...(reason === undefined ? {} : { reason }),
    ...(isByHand(trial) ? { byHand: true } : {}),
  };
}

/** At each evaluation a trial may be ended, where it has several. */
function rungsOf(
  { train, search }: Experiment,
  { data }: PreparedTraining,
): { firstStep: number; factor: number } | undefined {
  if (!search.halving) return undefined;
  const { stepsAnEpoch, steps } = new TrainingOrder(data.mixture, train.batchSize, train.epochs, 0);
  const firstStep = stepsBetweenEvaluations(stepsAnEpoch, train.evaluations);
  return firstStep < steps ? { firstStep, factor: 3 } : undefined;
}

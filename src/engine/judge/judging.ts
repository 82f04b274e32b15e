import path from 'node:path';
import type { Experiment } from '../../configs/experiment/experiment';
import { requireUnchanged } from '../../files/modelFolder';
import { runFiles } from '../../files/runs';
import { seedsBeforeEnd } from '../../judging/judgement';
import { openControls, verdictOf, type ArmOutcomes, type Outcome } from '../../judging/verdictOf';
import { armsOf, type ArmDesign, type MissingControl } from '../../planning/controls/arms';
import { toLabError, type LabError } from '../../shared/errors';
import type { ArmName, Verdict } from '../../shared/verdict';
import { armTitles, judgedTrainings } from '../../shared/verdictWords';
import type { Plan } from '../../shared/words';
import { OrderedWrites } from '../orderedWrites';
import type { RunWriter } from '../runWriter';
import { pieceTraining, takeEvent } from '../pieces/orders';
import type { Piece } from '../pieces/piece';
import type { PieceRunner } from '../pieces/pieceRunner';
import { deviceOfPieces } from '../pieces/probe';
import { removeCheckpoint } from '../training/checkpoint';
import { notesOf, type PreparedTraining } from '../training/prepareTraining';
import type { TrialEvent } from '../training/trialEvents';
import {
  TrialRunner,
  type RunningTrial,
  type TrialListener,
  type TrialRunnerOptions,
} from '../training/trialRunner';
import { ArmTrainer, judgedSets, splitOf, trialNameOf } from './armTrainer';
import { OutcomeJournal, readOutcome } from './outcomes';

/** How often a difference may be called where there is none. */
const level = 0.05;

/**
 * Trains a plan and its controls over the same seeds and the same order of data, one seed of all before the next one of any,
 * and ends as soon as the answer is clear. The journal of outcomes is the truth: a judgement that was stopped goes on with the
 * training that was under way.
 */
export class Judging {
  private readonly events = new OrderedWrites();
  private readonly trainer: ArmTrainer;
  private readonly began = performance.now();
  private isForeseen = false;
  private readonly designs: readonly ArmDesign[];
  private readonly missing: readonly MissingControl[];
  private readonly seeds: readonly number[];

  private constructor(
    private readonly experiment: Experiment,
    private readonly plan: Plan,
    private readonly prepared: PreparedTraining,
    private readonly writer: RunWriter,
    private readonly options: TrialRunnerOptions,
    private readonly journal: OutcomeJournal,
    signal: AbortSignal,
  ) {
    const { model } = prepared;
    const { judge, train } = experiment;
    const runner = new TrialRunner(options, prepared, writer, this.events, signal);
    const { arms, without } = armsOf(experiment, plan, model.modules, judge.controls);
    [this.designs, this.missing] = [arms, without];
    this.seeds = [...new Set(train.seeds)];
    this.trainer = new ArmTrainer(experiment, prepared, runner, judgedSets(prepared));
  }

  /**
   * @param experiment as its arms are trained; its own plan is not looked at
   * @param plan what is judged
   * @param prepared for this plan
   * @returns the verdict, which stands in the run's `verdict.json` as well
   * @throws LabError cancelled, training-diverged, run-not-resumable, and what trials throw
   */
  static async run(
    experiment: Experiment,
    plan: Plan,
    prepared: PreparedTraining,
    writer: RunWriter,
    options: TrialRunnerOptions,
    signal: AbortSignal,
  ): Promise<Verdict> {
    const { rank, alpha, experts } = experiment.adapter;
    const journal = await OutcomeJournal.open(path.join(options.run, runFiles.outcomes), {
      fingerprint: prepared.work.fingerprint,
      ...{ plan, adapter: { rank, alpha, experts } },
      controls: experiment.judge.controls,
      seeds: [...new Set(experiment.train.seeds)],
      split: splitOf(prepared),
      margin: experiment.judge.margin,
    });
    let judging: Judging | undefined;
    try {
      judging = new Judging(...([experiment, plan, prepared, writer, options, journal, signal] as const));
      return await judging.all();
    } finally {
      // What was told before a failure stands before it.
      await judging?.events.drained().catch(() => undefined);
      await journal.close();
    }
  }

  /** The plan and its controls, but for those that a training was lost of. */
  private get arms(): readonly ArmDesign[] {
    const lost = new Set<string>(this.journal.diverged.map(({ arm }) => arm));
    return this.designs.filter(({ name }) => !lost.has(name));
  }

  private get without(): readonly MissingControl[] {
    const lost = this.journal.diverged.map(({ arm, reason }) => ({
      control: arm,
      why: `${reason} There is no comparison with it.`,
    }));
    return [...this.missing, ...lost];
  }

  private async all(): Promise<Verdict> {
    const { writer, seeds } = this;
    await writer.record({ type: 'stage', stage: 'judge' });
    const split =
      splitOf(this.prepared) === 'validation' ? [onValidation(writer.state.searchEnd !== undefined)] : [];
    for (const text of [...notesOf(this.prepared), ...this.without.map(({ why }) => why), ...split])
      await writer.record({ type: 'note', text });
    const { done, most } = judgedTrainings(this.verdict());
    await writer.record({ type: 'judge-begun', trainings: most, finished: done });
    await this.tell();
    // Without a control there is nothing that a training would tell.
    for (let at = 0; at < seeds.length && this.arms.length > 1;) at = await this.trainFrom(at);
    // A verdict on another model than the one that was read is none.
    await requireUnchanged(this.prepared.model.folder);
    const verdict = this.verdict();
    await writer.write(runFiles.verdict, `${JSON.stringify(verdict, null, 1)}\n`);
    return verdict;
  }

  /** Trains what is wanted of the seed at a place, or of several where others do that. @returns the place behind */
  private async trainFrom(at: number): Promise<number> {
    const { pieces } = this.options;
    const { seeds } = this;
    if (pieces === undefined) {
      for (const arm of this.inTurn(at))
        if (this.isWanted(arm, at)) await this.judged(arm, seeds[at] as number);
      return at + 1;
    }
    // Those before the first look at which it may end are wanted in any case.
    const until = Math.max(at + 1, seedsBeforeEnd(seeds.length));
    const wanted = seeds
      .slice(at, until)
      .flatMap((seed) => this.inTurn(at).map((arm) => ({ arm, seed })))
      .filter(({ arm, seed }) => this.isWanted(arm, at) && !this.isTrained(arm, seed));
    await this.trainApart(wanted, pieces);
    return until;
  }

  /** Another arm is the first with each seed: what a process does for the first time takes longer. */
  private inTurn(at: number): readonly ArmDesign[] {
    const first = at % this.arms.length;
    return [...this.arms.slice(first), ...this.arms.slice(0, first)];
  }

  /** Asked again before each training: a control may have been lost. */
  private isWanted({ name }: ArmDesign, at: number): boolean {
    const before = this.verdict(this.seeds.slice(0, at));
    const open = before.isOver ? [] : openControls(before);
    return name === 'plan' ? open.length > 0 : open.includes(name);
  }

  private isTrained = (arm: Pick<ArmDesign, 'name'>, seed: number): boolean =>
    this.journal.of(arm.name).some((one) => one.seed === seed);

  /** Has trainings done at once, elsewhere. */
  private async trainApart(
    wanted: readonly { readonly arm: ArmDesign; readonly seed: number }[],
    pieces: PieceRunner,
  ): Promise<void> {
    const { experiment, prepared, options, writer, plan, journal, seeds } = this;
    const device = await deviceOfPieces(pieces, writer, options);
    const training = pieceTraining(experiment, prepared, writer, seeds, options, plan);
    const all = wanted.map(({ arm: { name: arm, method, planFor }, seed }): Piece => ({
      ...{ name: trialNameOf({ arm, seed }), title: `${armTitles[arm]}, seed ${seed},`, device },
      work: { kind: 'arm', arm, method, plan: planFor(seed), seed, training },
    }));
    await pieces.run(all, {
      event: (_piece, event) => takeEvent(writer, event),
      done: async ({ work }, value) => {
        if (work.kind === 'arm' && !this.isTrained({ name: work.arm }, work.seed))
          await journal.add(readOutcome(value));
        await this.tell();
        await this.foresee();
      },
      failed: async ({ work }, error) => {
        if (work.kind !== 'arm' || !isLeftOut(work.arm, error)) return false;
        if (this.arms.some(({ name }) => name === work.arm)) await this.lose(work.arm, work.seed, error);
        return true;
      },
    });
  }

  /** Trains an arm with a seed, unless that was done, and keeps what came of it. */
  private async judged(arm: ArmDesign, seed: number): Promise<void> {
    const { journal, options } = this;
    if (!this.isTrained(arm, seed)) {
      const { name: of, method } = arm;
      const order = { arm: of, method, plan: arm.planFor(seed), seed };
      try {
        await journal.add(await this.trainer.outcomeOf(order, this.listener(arm, seed)));
      } catch (thrown) {
        await this.lose(of, seed, thrown);
      }
      await this.tell();
      await this.foresee();
    }
    // A process that was killed leaves those of trainings that it had ended.
    await removeCheckpoint(options.run, trialNameOf({ arm: arm.name, seed }));
  }

  /** A control whose training runs away is left out, and the others go on; a plan that does cannot be judged. */
  private async lose(arm: ArmName, seed: number, thrown: unknown): Promise<void> {
    const { code, message } = toLabError(thrown);
    if (!isLeftOut(arm, { code })) throw thrown;
    await this.events.drained();
    await this.journal.addDiverged({ arm, seed, reason: message });
    await this.writer.record({ type: 'note', text: `${message} There is no comparison with it.` });
  }

  private listener(arm: ArmDesign, seed: number): TrialListener {
    const { events, writer } = this;
    const { done, most } = judgedTrainings(this.verdict());
    const heard = (event: TrialEvent, { steps }: RunningTrial): void => {
      if (event.type !== 'step' && event.type !== 'trial') return;
      const step = event.type === 'step' ? event.step : event.fromStep;
      const words = `${armTitles[arm.name].toLowerCase()}, seed ${seed}, step ${step} of ${steps}`;
      const share = Math.min(1, (done + step / steps) / most);
      events.push(() => writer.record({ type: 'progress', share, step: words }));
    };
    return { heard };
  }

  private async tell(): Promise<void> {
    await this.events.drained();
    await this.writer.record({ type: 'judged', verdict: this.verdict() });
  }

  /** Once, when the first training has shown what one takes: what the whole run will have taken, if all seeds are spent. */
  private async foresee(): Promise<void> {
    const { memory } = this.writer.state;
    const { done, most } = judgedTrainings(this.verdict());
    if (this.isForeseen || done === most) return;
    this.isForeseen = true;
    const each = (performance.now() - this.began) / 1000;
    const estimate = {
      seconds: this.writer.seconds + each * (most - done),
      memoryBytes: Math.max(memory?.processBytes ?? 0, process.memoryUsage.rss()),
      diskBytes: await this.writer.diskBytes(),
    };
    await this.writer.record({ type: 'estimate', estimate });
  }

  /** @param seeds those whose trainings count; all where absent */
  private verdict(seeds: readonly number[] = this.seeds): Verdict {
    const { experiment, plan, journal, without, prepared } = this;
    const terms = {
      ...{ plan, level, split: splitOf(prepared), margin: experiment.judge.margin, seeds: this.seeds },
    };
    const arms = this.arms.map(({ name, method, totals }): ArmOutcomes => {
      // In the order of the seeds, whichever came first.
      const trained = journal.of(name);
      const outcomes: Outcome[] = seeds.flatMap((seed) => trained.find((one) => one.seed === seed) ?? []);
      return { name, method, ...totals, outcomes };
    });
    return verdictOf(terms, arms, without);
  }
}

/** A control whose training ran away is left out of the verdict; a plan that does cannot be judged. */
const isLeftOut = (arm: ArmName, { code }: Pick<LabError, 'code'>): arm is Exclude<ArmName, 'plan'> =>
  code === 'training-diverged' && arm !== 'plan';

/** What was chosen by the data that the verdict is on. */
const onValidation = (wasSearched: boolean): string =>
  `Not every task has test data: the verdict is on the validation data, by which also the best step of each training was chosen${wasSearched ? ', and the plan itself by the search, which flatters it' : ''}.`;

import { capital, formatBytes, formatCount, formatSeconds, formatShare, formatSpeed } from '../shared/format';
import type { RunWriter } from '../engine/runWriter';
import { activityOf } from '../shared/activity';
import { certaintyWords } from '../shared/certainty';
import { estimatorWords } from '../shared/estimatorWords';
import { memoryWords } from '../shared/memoryWords';
import type { RunEvent, SearchedTrial, UnstampedRunEvent } from '../shared/runEvents';
import { piecesWords } from '../shared/executorWords';
import { metricWords, pausedWords, pointWords } from '../shared/searchWords';
import { applyEvent } from '../shared/applyEvent';
import { emptyRun, progressOf, type RunState } from '../shared/runState';

type EvaluatedEvent = Extract<UnstampedRunEvent, { type: 'evaluated' }>;

const barWidth = 30;
const lineEveryMs = 5000;

/** Draws a job's progress on standard error: a bar on a terminal, a line every few seconds otherwise. */
export class Progress {
  private state: RunState = emptyRun;
  private begun: { readonly at: number; readonly share: number } | undefined;
  private lastLine = 0;
  private drawn = false;

  constructor(private readonly out: NodeJS.WriteStream = process.stderr) {}

  /** Begins with what a run that goes on had told before. */
  from(state: RunState): void {
    this.state = state;
  }

  /** To be called with every event of the job. */
  readonly update = (event: UnstampedRunEvent | RunEvent): void => {
    const before = this.state;
    this.state = applyEvent(before, { at: '', ...event } as RunEvent);
    if (event.type === 'started' && event.labels !== undefined)
      this.line(`Scores: ${estimatorWords(event.estimator, event.labels)}`);
    if (event.type === 'device')
      this.line(`Device: ${event.device} (${event.description}, ${formatSpeed(event.gflops)})`);
    if (event.type === 'model')
      this.line(
        `Model: ${event.architecture}, ${event.layers} layers, ${event.modules.length} linear modules`,
      );
    if (event.type === 'again') this.line(`${event.error.message} ${event.next}`);
    if (event.type === 'memory') this.line(`Memory: ${memoryWords(event)}`);
    if (event.type === 'estimate') {
      const { seconds, memoryBytes, diskBytes } = event.estimate;
      this.line(
        `Estimate: ${this.state.untilSure === undefined ? '' : 'at most '}${formatSeconds(seconds)}, ${formatBytes(memoryBytes)} of memory, ${formatBytes(diskBytes)} on disk`,
      );
    }
    if (event.type === 'looked') this.line(`${event.task}: ${certaintyWords(event.certainty)}`);
    if (event.type === 'note') this.line(event.text);
    if (event.type === 'pieces' && this.state.pieces) this.line(capital(piecesWords(this.state.pieces)));
    if (event.type === 'search-begun') {
      this.begun = undefined;
      this.line(`Searching the rank: ${event.trials} trials at most`);
    }
    if (event.type === 'judge-begun') {
      this.begun = undefined;
      if (event.trainings > 0) this.line(`Judging the plan: ${event.trainings} trainings at most`);
    }
    if (event.type === 'judged' && event.verdict.comparisons.length > 0 && !event.verdict.isOver)
      this.line(event.verdict.words);
    if (event.type === 'search-steered') this.line(this.steeredWords(before));
    if (event.type === 'searched') {
      const words = searchedWords(event.trial);
      if (words !== undefined) this.line(words);
    }
    if (event.type === 'evaluated') this.line(evaluationWords(event));
    if (event.type === 'scores') this.draw(event.task);
    if (event.type === 'progress') this.draw(event.step ?? '');
  };

  /** Leaves the line of the bar. */
  end(): void {
    if (this.drawn) this.out.write('\n');
    this.drawn = false;
  }

  private draw(what: string): void {
    const share = progressOf(this.state);
    // Counted from the first word of progress: what was done before a run was resumed took no time now.
    this.begun ??= { at: performance.now(), share };
    const [passed, done] = [(performance.now() - this.begun.at) / 1000, share - this.begun.share];
    const most = this.state.untilSure === undefined || this.state.stage !== 'score' ? '' : 'at most ';
    const left =
      share >= 1
        ? formatSeconds(0)
        : done > 0
          ? `${most}${formatSeconds((passed * (1 - share)) / done)}`
          : '?';
    if (this.out.isTTY) {
      const full = Math.round(share * barWidth);
      const bar = '█'.repeat(full) + '░'.repeat(barWidth - full);
      this.out.write(
        `\r\u001b[K${bar} ${formatShare(share).padStart(7)} ${what}${this.lossWords()}, ${left} left`,
      );
      this.drawn = true;
      return;
    }
    const now = performance.now();
    if (now - this.lastLine < lineEveryMs && share < 1) return;
    this.lastLine = now;
    this.out.write(
      `${capital(activityOf(this.state))}${what === '' ? '' : ` ${what}`}${this.lossWords()}: ${formatShare(share)}, ${left} left\n`,
    );
  }

  /** Loss and speed of the last step that was told. */
  private lossWords(): string {
    const point = this.state.trials.at(-1)?.points.at(-1);
    if (point === undefined) return '';
    return `, loss ${point.loss.toFixed(3)}, ${formatCount(point.tokensPerSecond)} tokens/s`;
  }

  /** What came of something that was asked of the search. */
  private steeredWords(before: RunState): string {
    const paused = pausedWords({ ...this.state, status: 'running' });
    if (paused !== undefined) return `${capital(paused)}.`;
    if (before.search?.paused === true) return 'The search goes on.';
    return `A trial was asked for by hand: ${this.state.search?.trials} trials at most.`;
  }

  private line(text: string): void {
    // A line that is said in the middle takes the place of the bar, which is drawn again below it.
    this.out.write(`${this.drawn ? '\r\u001b[K' : ''}${text}\n`);
    this.drawn = false;
  }
}

/** `seed-1, step 40: spam 91.0 % (best)` */
function evaluationWords({ trial, step, split, metrics, best }: EvaluatedEvent): string {
  const words = metrics.map(({ task, accuracy, perplexity }) =>
    accuracy === undefined
      ? `${task} perplexity ${perplexity?.toFixed(2)}`
      : `${task} ${formatShare(accuracy)}`,
  );
  const which = split === 'test' ? `${trial}, test data` : `${trial}, step ${step}`;
  return `${which}: ${words.join(', ')}${best && split === 'validation' && step > 0 ? ' (best)' : ''}`;
}

/** A trial of a search once it has an outcome: `Trial 3, rank 8, 50 % of layers: 87.1 % accuracy`. */
function searchedWords({ number, point, state, metric, value, reason }: SearchedTrial): string | undefined {
  const what = `Trial ${number + 1}, ${pointWords(point)}`;
  if (state === 'failed') return `${what}: failed. ${reason ?? ''}`;
  if (value === undefined || (state !== 'done' && state !== 'pruned')) return undefined;
  return `${what}: ${metricWords(metric, value)} ${metric}${state === 'pruned' ? ', ended early' : ''}`;
}

/**
 * Draws what a run's writer tells. A run that goes on begins with what it had told before it was stopped, which is not drawn
 * again.
 */
export function drawingWriter(progress: Progress, resumes: boolean): (writer: RunWriter) => void {
  let begins = resumes;
  return ({ last, state }) => {
    if (begins) progress.from(state);
    begins = false;
    if (last !== undefined) progress.update(last);
  };
}

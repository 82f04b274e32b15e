import * as z from 'zod';
import { LabError } from '../../shared/errors';
import type { ExecutorSettings } from '../../shared/executorSettings';
import type { Executor, JobState, PieceArray } from '../executor';
import { quoted } from '../quoted';

/** Where Ray's dashboard is unless it is said otherwise. */
const usualAddress = 'http://127.0.0.1:8265';
const patienceMs = 30_000;

interface Answer {
  readonly ok: boolean;
  readonly status: number;
  readonly text: string;
}

/**
 * Jobs of a Ray cluster by the REST interface of its dashboard (Ray Jobs API: `POST /api/jobs/`, `GET /api/jobs/{id}`, `POST
 * /api/jobs/{id}/stop`). A piece is one job, whose id is chosen here.
 */
export class RayExecutor implements Executor {
  readonly name = 'ray';
  readonly lookEvery: number;
  private readonly address: string;

  constructor(
    private readonly settings: ExecutorSettings,
    lookEvery = 5000,
  ) {
    this.lookEvery = lookEvery;
    this.address = (settings.address ?? usualAddress).replace(/\/+$/, '');
  }

  async submit(array: PieceArray): Promise<readonly string[]> {
    const ids = idsOf(array);
    const { cpus, gpus } = this.settings;
    if (gpus !== undefined && !Number.isFinite(Number(gpus))) {
      throw new LabError(
        'option-invalid',
        `Ray takes a number of cards, not ${gpus}.`,
        'Set jobs.gpus to a number.',
      );
    }
    for (const [task, id] of ids.entries()) {
      const order = {
        submission_id: id,
        // One string is all that the interface takes, and a shell of the cluster reads it.
        entrypoint: [...array.command, String(task)].map(quoted).join(' '),
        metadata: { array: array.name, task: String(task) },
        // Without it, Ray would put all of them on its head node.
        entrypoint_num_cpus: cpus ?? 1,
        ...(gpus === undefined ? {} : { entrypoint_num_gpus: Number(gpus) }),
      };
      const answer = await this.ask('POST', '/api/jobs/', order);
      // An id that is there was handed over by somebody who died before it was noted.
      if (!answer.ok && !(await this.isKnown(id))) throw refused(answer.text);
    }
    return ids;
  }

  async find(array: Pick<PieceArray, 'name' | 'count'>): Promise<readonly string[] | undefined> {
    const ids = idsOf(array);
    const known = await Promise.all(ids.map((id) => this.isKnown(id)));
    // The others were never handed over, and look gone.
    return known.some(Boolean) ? ids : undefined;
  }

  async look(ids: readonly string[]): Promise<ReadonlyMap<string, JobState>> {
    const states = new Map<string, JobState>();
    for (const id of ids) {
      const answer = await this.ask('GET', `/api/jobs/${encodeURIComponent(id)}`);
      if (answer.ok) states.set(id, stateOf(answer.text));
      else if (answer.status === 404) states.set(id, { state: 'gone', why: 'Ray knows of it no more' });
      else throw refused(answer.text);
    }
    return states;
  }

  async cancel(ids: readonly string[]): Promise<void> {
    // One that is not ended is no reason to leave the others alone.
    let refusal: string | undefined;
    for (const id of ids) {
      const answer = await this.ask('POST', `/api/jobs/${encodeURIComponent(id)}/stop`);
      if (!answer.ok && answer.status !== 404) refusal ??= answer.text;
    }
    if (refusal !== undefined) throw refused(refusal);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async isKnown(id: string): Promise<boolean> {
    return (await this.ask('GET', `/api/jobs/${encodeURIComponent(id)}`)).ok;
  }

  private async ask(method: string, path: string, body?: object): Promise<Answer> {
    try {
      const answer = await fetch(`${this.address}${path}`, {
        ...{ method, signal: AbortSignal.timeout(patienceMs) },
        ...(body === undefined
          ? {}
          : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      });
      return { ok: answer.ok, status: answer.status, text: await answer.text() };
    } catch (cause) {
      throw new LabError(
        'executor-unavailable',
        `No Ray dashboard answers at ${this.address}.`,
        'Set jobs.address to that of the dashboard, or use executor: local.',
        { cause },
      );
    }
  }
}

/** `ray job` names its states so (JobStatus in Ray's job_submission). */
function stateOf(text: string): JobState {
  const { status, message } = told(text);
  if (status === 'PENDING') return { state: 'waiting', ...(message ? { why: message } : {}) };
  if (status === 'RUNNING') return { state: 'running' };
  const ends: Record<string, string> = {
    SUCCEEDED: 'its job ended without a result',
    STOPPED: 'its job was stopped',
    FAILED: 'its job failed',
  };
  return { state: 'gone', why: ends[status] ?? `its job ended as ${status.toLowerCase()}` };
}

const toldSchema = z.object({ status: z.string(), message: z.string().nullish() });

/** @throws LabError executor-failed for what is no answer of Ray's: a page of a proxy, say */
function told(text: string): z.infer<typeof toldSchema> {
  try {
    return toldSchema.parse(JSON.parse(text));
  } catch {
    throw refused(text.slice(0, 200));
  }
}

const idsOf = ({ name, count }: Pick<PieceArray, 'name' | 'count'>): string[] =>
  Array.from({ length: count }, (_, task) => `${name}-${task}`);

const refused = (said: string): LabError =>
  new LabError(
    'executor-failed',
    `Ray refused: ${said.trim().split('\n').at(-1) ?? ''}`,
    'Check executor and jobs of the experiment and that the cluster has room, then start or resume the run.',
  );

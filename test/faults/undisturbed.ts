import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { writeSmallExperiment } from '../unit/engine/smallExperiment';
import { begunIn, experimentFile, resultOf, start, userFolder, type JobName, type Result } from './jobs';
import { callsOf, type Changes } from './killedAtCall';

const short = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length < 500 ? text : `${text.slice(0, 200)}… (${text.length})`;
};

const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
    (sum, name) => sum + statSync(path.join(folder, name)).size,
    0,
  );

/** A job that nothing was done to. */
export interface Undisturbed {
  readonly result: Result;
  /** How long it goes on behind its first event, in milliseconds. */
  readonly wholeMs: number;
  readonly changes: Changes;
  /** Of its run, when it is done. */
  readonly bytes: number;
}

/** Models and data that all jobs of a suite share, and what each job comes to when it is left alone. */
export class World {
  private readonly known = new Map<JobName, Promise<Undisturbed>>();
  private shared = '';

  /**
   * @param root absolute path of an empty folder
   * @param env that jobs run in where nothing is done to them
   * @param more options of theirs
   * @param edit makes the experiment another one
   */
  constructor(
    private readonly root: () => string,
    readonly env: Readonly<Record<string, string>> = {},
    readonly more: readonly string[] = [],
    private readonly edit?: (text: string) => string,
  ) {}

  async make(): Promise<void> {
    await writeSmallExperiment(this.root());
    this.shared = this.bytes();
  }

  /** A user's folder for a job, with nothing in it but their files. */
  async folder(name: string, job: JobName): Promise<string> {
    const folder = path.join(this.root(), name);
    rmSync(folder, { recursive: true, force: true });
    await userFolder(folder, job, this.edit);
    return folder;
  }

  undisturbed(job: JobName): Promise<Undisturbed> {
    const known = this.known.get(job) ?? this.leaveAlone(job);
    this.known.set(job, known);
    return known;
  }

  /** Asserts that a job has come to what an undisturbed one comes to, and that models and data are as they were. */
  async requireSameEnd(job: JobName, folder: string): Promise<void> {
    const { result } = await this.undisturbed(job);
    const now = await resultOf(job, folder);
    const others = (Object.keys(result) as (keyof Result)[]).filter(
      (key) => !isDeepStrictEqual(now[key], result[key]),
    );
    // Of a long difference nobody reads more.
    const words = others
      .map((key) => `${key}: ${short(now[key])} instead of ${short(result[key])}`)
      .join('; ');
    assert.deepEqual(others, [], words);
    this.requireInputs();
  }

  /** What a user's experiment is now; undefined where there is none. */
  experimentIn(user: string): string | undefined {
    const file = path.join(user, experimentFile);
    return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  }

  /** Asserts that models and data are as they were. */
  requireInputs(): void {
    assert.equal(this.bytes(), this.shared, 'models or data were changed');
  }

  private async leaveAlone(job: JobName): Promise<Undisturbed> {
    const folder = await this.folder(`undisturbed-${job}`, job);
    let began = 0;
    const counted = path.join(this.root(), `${job}.calls`);
    const { code, stderr } = await start(
      job,
      folder,
      {
        env: { ...this.env, ...callsOf({ countInto: counted }) },
        started: () => void begunIn(folder).then(() => (began = performance.now())),
      },
      this.more,
    );
    const wholeMs = performance.now() - began;
    assert.equal(code, 0, stderr);
    const result = await resultOf(job, folder);
    assert.equal(result.state, 'done');
    const bytes = bytesIn(path.join(folder, '.adapter-lab'));
    return { result, wholeMs, bytes, changes: JSON.parse(readFileSync(counted, 'utf8')) as Changes };
  }

  private bytes(): string {
    const hash = createHash('sha256');
    for (const part of ['models', 'data']) {
      const folder = path.join(this.root(), part);
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
        const file = path.join(folder, name);
        hash.update(name);
        if (statSync(file).isFile()) hash.update(readFileSync(file));
      }
    }
    return hash.digest('hex');
  }
}

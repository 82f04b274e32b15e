import { sep } from 'node:path';
import { isRun, isRunOf, listRuns, newestFirst } from '../../files/runs';
import { replay } from '../../shared/replay';
import { emptyRun, type RunState } from '../../shared/runState';
import { Emitter } from '../emitter';
import type { Job, Jobs } from '../runs/jobs';
import { RunFollower } from '../runs/runFollower';
import { factsOfJob, readRunFacts, recordStamp, withState, type RunFacts } from './runFacts';

/** What has changed: which experiments there are, which runs one of them has, or what is to say of a run. */
export type RunsChange =
  | { readonly what: 'experiments' }
  | { readonly what: 'runs'; readonly experiment: string }
  /** `files`: what it holds may have changed. */
  | { readonly what: 'run'; readonly folder: string; readonly files?: boolean };

/** The part of the window's jobs that is looked at. */
export type WatchedJobs = Pick<Jobs, 'active' | 'onChange'>;

/** A run that another program works on is looked at this often, for the end that nobody wrote. */
const checkMs = 2000;

/**
 * Every experiment of the workspace and its runs, read when somebody asks, and again when it changed. Runs that go on are
 * followed: this window's by its job, those of other programs by their journals.
 */
export class WorkspaceRuns {
  private readonly changes = new Emitter<RunsChange>();
  readonly onChange = this.changes.event;

  private found: Promise<readonly string[]> | undefined;
  private paths: readonly string[] = [];
  private readonly lists = new Map<string, Promise<readonly string[]>>();
  private readonly known = new Map<
    string,
    { readonly stamp: string | undefined; readonly facts: RunFacts }
  >();
  private readonly followed = new Map<string, { readonly follower: RunFollower; state: RunState }>();
  private job: Job | undefined;
  private readonly subscription: { dispose(): void };
  private timer: NodeJS.Timeout | undefined;
  private over = false;

  /** @param find absolute paths of the workspace's experiments */
  constructor(
    jobs: WatchedJobs,
    private readonly find: () => Promise<readonly string[]>,
  ) {
    this.job = jobs.active;
    this.subscription = jobs.onChange((job) => this.follow(job));
  }

  /** Absolute paths, sorted. */
  experiments(): Promise<readonly string[]> {
    this.found ??= this.find().then((paths) => (this.paths = [...paths].sort((a, b) => a.localeCompare(b))));
    return this.found;
  }

  /** The runs of an experiment, newest first. */
  async runs(experiment: string): Promise<readonly RunFacts[]> {
    const folders = await this.folders(experiment);
    return Promise.all(folders.map((folder) => this.facts(experiment, folder)));
  }

  /** The folders of an experiment's runs, newest first. */
  async folders(experiment: string): Promise<readonly string[]> {
    let list = this.lists.get(experiment);
    if (list === undefined) this.lists.set(experiment, (list = listRuns(experiment)));
    const folders = await list;
    const { job } = this;
    const isNew = job?.experiment === experiment && !folders.includes(job.run);
    return isNew ? [job.run, ...folders].sort(newestFirst) : folders;
  }

  /** All runs of the workspace, newest first. */
  async all(): Promise<readonly RunFacts[]> {
    const of = await Promise.all((await this.experiments()).map((experiment) => this.runs(experiment)));
    const { job } = this;
    const facts = of.flat();
    // An experiment outside the workspace can be run too.
    if (job && !facts.some(({ folder }) => folder === job.run))
      facts.push(await this.facts(job.experiment, job.run));
    return facts.sort((a, b) => newestFirst(a.folder, b.folder));
  }

  /** What was last read of a run. */
  get(folder: string): RunFacts | undefined {
    const facts = this.known.get(folder)?.facts;
    const { job } = this;
    if (job?.run === folder) return factsOfJob(job.experiment, folder, job.state, job.stopping, facts);
    const state = this.followed.get(folder)?.state;
    return facts && state?.status === 'running' ? withState(facts, state) : facts;
  }

  /** What the journal of a run that goes on says so far; undefined for all others. */
  stateOf(folder: string): RunState | undefined {
    return this.job?.run === folder ? this.job.state : this.followed.get(folder)?.state;
  }

  /** Runs that go on, as far as they are known: this window's first. */
  going(): readonly RunFacts[] {
    const mine = this.job && this.get(this.job.run);
    const others = [...this.followed.keys()]
      .filter((folder) => folder !== this.job?.run)
      .sort(newestFirst)
      .flatMap((folder) => this.get(folder) ?? []);
    return [...(mine ? [mine] : []), ...others];
  }

  /** Whether a path is that of a folder in which experiments or runs lie that are known. */
  holds(path: string): boolean {
    return [...this.paths, ...this.known.keys()].some((one) => one.startsWith(path + sep));
  }

  /** Experiments have come or gone. */
  forgetExperiments(): void {
    this.found = undefined;
    this.changes.fire({ what: 'experiments' });
  }

  /** Looks at everything anew. */
  forget(): void {
    this.lists.clear();
    this.known.clear();
    this.forgetExperiments();
  }

  /** The files of a run have changed, or it has come or gone. */
  async touch(folder: string): Promise<void> {
    for (const experiment of [...this.lists.keys()].filter((one) => isRunOf(one, folder))) {
      const before = await this.folders(experiment);
      await this.listAgain(experiment, folder);
      const after = await this.folders(experiment);
      if (before.includes(folder) !== after.includes(folder)) {
        if (!after.includes(folder)) this.lose(folder);
        this.changes.fire({ what: 'runs', experiment });
      } else if (after.includes(folder)) await this.readAgain(experiment, folder);
    }
  }

  /** Whether this one run is there, without a look at all others. */
  private async listAgain(experiment: string, folder: string): Promise<void> {
    const isThere = await isRun(folder);
    const list = this.lists.get(experiment);
    const others = list?.then((folders) => folders.filter((one) => one !== folder));
    const changed = isThere ? others?.then((folders) => [...folders, folder].sort(newestFirst)) : others;
    if (changed) this.lists.set(experiment, changed);
    await changed;
  }

  dispose(): void {
    this.over = true;
    this.subscription.dispose();
    clearTimeout(this.timer);
    for (const { follower } of this.followed.values()) follower.dispose();
  }

  private async facts(experiment: string, folder: string): Promise<RunFacts> {
    const stamp = await recordStamp(folder);
    const known = this.known.get(folder);
    if (known === undefined || known.stamp !== stamp || known.facts.status === 'running') {
      const facts = await readRunFacts(experiment, folder);
      this.known.set(folder, { stamp, facts });
      if (facts.status === 'running' && this.job?.run !== folder) this.followOther(folder);
      else this.unfollow(folder);
    }
    return this.get(folder) as RunFacts;
  }

  private async readAgain(experiment: string, folder: string): Promise<void> {
    this.known.delete(folder);
    await this.facts(experiment, folder);
    this.changes.fire({ what: 'run', folder, files: true });
  }

  private follow(job: Job | undefined): void {
    const before = this.job;
    this.job = job;
    if (job && before?.run !== job.run) {
      this.unfollow(job.run);
      this.lists.delete(job.experiment);
      this.changes.fire({ what: 'runs', experiment: job.experiment });
    } else if (job) this.changes.fire({ what: 'run', folder: job.run });
    else if (before) {
      this.lists.delete(before.experiment);
      void this.readAgain(before.experiment, before.run);
    }
  }

  /** Follows a run that another program works on. */
  private followOther(folder: string): void {
    if (this.over || this.followed.has(folder)) return;
    const follower = new RunFollower(folder);
    const entry = { follower, state: emptyRun };
    this.followed.set(folder, entry);
    follower.onNews(({ restart, events }) => {
      entry.state = replay(restart ? emptyRun : entry.state, events);
      this.changes.fire({ what: 'run', folder });
    });
    follower.onFailure(() => this.unfollow(folder));
    void follower.start();
    this.timer ??= setTimeout(() => void this.check(), checkMs);
  }

  private async check(): Promise<void> {
    for (const folder of [...this.followed.keys()]) {
      const experiment = this.known.get(folder)?.facts.experiment;
      if (experiment === undefined) {
        // Forgotten, and nobody has asked for it since: it may be gone.
        this.unfollow(folder);
        continue;
      }
      await this.facts(experiment, folder);
      if (!this.followed.has(folder)) this.changes.fire({ what: 'run', folder, files: true });
    }
    this.timer =
      this.over || this.followed.size === 0 ? undefined : setTimeout(() => void this.check(), checkMs);
  }

  private unfollow(folder: string): void {
    this.followed.get(folder)?.follower.dispose();
    this.followed.delete(folder);
  }

  private lose(folder: string): void {
    this.unfollow(folder);
    this.known.delete(folder);
  }
}

import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import path from 'node:path';
import type { Executor, JobState, PieceArray } from '../executor';

interface Task {
  readonly array: PieceArray;
  readonly task: number;
  child?: ChildProcess;
  end?: string;
}

/** Processes of this machine, some at a time. They end with the process that asked for them. */
export class LocalExecutor implements Executor {
  readonly name = 'local';
  readonly lookEvery = 200;
  private readonly tasks = new Map<string, Task>();
  private isClosed = false;

  /** @param atOnce processes, at most */
  constructor(private readonly atOnce: number) {}

  submit(array: PieceArray): Promise<readonly string[]> {
    const ids = Array.from({ length: array.count }, (_, task) => {
      const id = `${array.name}_${task}`;
      this.tasks.set(id, { array, task });
      return id;
    });
    this.startNext();
    return Promise.resolve(ids);
  }

  find(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  look(ids: readonly string[]): Promise<ReadonlyMap<string, JobState>> {
    return Promise.resolve(new Map(ids.map((id) => [id, stateOf(this.tasks.get(id))])));
  }

  async cancel(ids: readonly string[]): Promise<void> {
    const tasks = ids.flatMap((id) => this.tasks.get(id) ?? []);
    for (const task of tasks) if (!task.child) task.end ??= 'it was canceled';
    await Promise.all(tasks.map(({ child }) => ended(child)));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.cancel([...this.tasks.keys()]);
  }

  private startNext(): void {
    const all = [...this.tasks.values()];
    const going = all.filter(({ child, end }) => child !== undefined && end === undefined).length;
    const next = all.filter(({ child, end }) => child === undefined && end === undefined);
    if (!this.isClosed) for (const task of next.slice(0, this.atOnce - going)) this.start(task);
  }

  private start(task: Task): void {
    const { array } = task;
    const [program = '', ...args] = array.command;
    const log = openSync(path.join(array.logs, `${task.task}.log`), 'a');
    try {
      // The channel is there to end: a process whose parent is gone ends itself.
      const child = spawn(program, [...args, String(task.task)], { stdio: ['ignore', log, log, 'ipc'] });
      task.child = child;
      const over = (why: string): void => {
        task.end ??= why;
        this.startNext();
      };
      child.on('error', (error) => over(error.message));
      child.on('exit', (code, signal) => over(`its process ended with ${signal ?? `code ${code}`}`));
    } finally {
      closeSync(log);
    }
  }
}

function stateOf(task: Task | undefined): JobState {
  if (task === undefined) return { state: 'gone', why: 'its process ended with the one that started it' };
  if (task.end !== undefined) return { state: 'gone', why: task.end };
  return task.child === undefined ? { state: 'waiting' } : { state: 'running' };
}

async function ended(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await exit.finally(() => clearTimeout(insist));
}

import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { LabError, type ErrorPayload } from '../../../src/shared/errors';
import type { Answers, Questions } from './deviceChild';

/** A process of its own, for tests of what happens once in a process: opening a device. */
export class DeviceProcess {
  private readonly child: ChildProcess;

  /** @param world a module that is loaded first and changes the process; variables beside those of this one */
  constructor(world: { preload?: string; env?: Readonly<Record<string, string>> } = {}) {
    const { preload, env } = world;
    this.child = fork(path.join(__dirname, 'deviceChild.ts'), {
      execArgv: ['--require', 'tsx/cjs', ...(preload === undefined ? [] : ['--require', preload])],
      env: { ...process.env, ...env },
      // Typed arrays arrive as such.
      serialization: 'advanced',
    });
  }

  /** @throws LabError that the child met */
  async ask<Q extends keyof Questions>(question: Q, of: Questions[Q]): Promise<Answers[Q]> {
    const replied = once(this.child, 'message');
    const ended = once(this.child, 'exit').then(([code]) => {
      throw new Error(`The process ended with ${String(code)} instead of an answer.`);
    });
    this.child.send({ question, of });
    const [reply] = (await Promise.race([replied, ended])) as [{ answer: Answers[Q]; error?: ErrorPayload }];
    ended.catch(() => undefined);
    if (reply.error !== undefined) throw LabError.fromPayload(reply.error);
    return reply.answer;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.disconnect();
    await exit;
  }
}

import { homedir } from 'node:os';
import { LabError } from '../shared/errors';
import { runtimesVariable } from '../shared/runtimes';
import { EngineClient } from './engineClient/engineClient';
import { findNode, type NodeRuntime } from './engineClient/findNode';
import { probeNode } from './engineClient/probeNode';
import type { Log } from './log';
import type { Presenter } from './presenter';
import type { Jobs } from './runs/jobs';
import { onSetting, setting } from './settings';

/**
 * The engine of this window. No process is started here.
 *
 * @param worker path of the engine's script
 * @param runtimes the folder of installed runtimes, which need not exist
 */
export const createEngine = (worker: string, runtimes: string, log: Log): EngineClient =>
  new EngineClient({
    worker,
    findRuntime: async () => {
      const runtime = await findRuntime();
      return { ...runtime, env: { ...runtime.env, [runtimesVariable]: runtimes } };
    },
    loadSession: async () => (await import('./engineClient/engineSession')).EngineSession,
    log,
  });

/** Tells the user of an engine that hangs, and offers to end it: the machine may only be busy, so nobody else decides. */
export function offerRestartWhenSilent(engine: EngineClient, presenter: Presenter): { dispose(): void } {
  const silent = new LabError(
    'engine-silent',
    'The engine has given no sign of life for half a minute.',
    'Wait if the machine is busy, or restart the engine and start the run again.',
  );
  const ended = new LabError('engine-silent', 'The engine hung and was ended.', 'Start the run again.');
  return engine.onState(({ name }) => {
    if (name === 'silent') presenter.error(silent, { title: 'Restart', run: () => engine.stop(ended) });
  });
}

/** What an engine starts with has changed. */
export interface EngineRenewal {
  /** Settles when the engine has ended, or at once where a run keeps it. */
  renew(): Promise<void>;
  dispose(): void;
}

/**
 * Ends the engine when something that it started with changes, as a setting, so that the next command starts one with the
 * new: a process has one device for its life. A run that is going on comes to its end first.
 */
export function engineRenewal(engine: EngineClient, jobs: Jobs): EngineRenewal {
  let outdated = false;
  const stop = async (): Promise<void> => {
    if (!outdated || jobs.active) return;
    outdated = false;
    await engine.stop();
  };
  const renew = (): Promise<void> => {
    outdated = true;
    return stop();
  };
  const subscriptions = [
    onSetting(['device', 'nodePath'], () => void renew()),
    jobs.onEnd(() => void stop()),
  ];
  return { renew, dispose: () => subscriptions.forEach((one) => one.dispose()) };
}

/** What programs of Node run on, the engine first of all. */
export const findRuntime = (): Promise<NodeRuntime> =>
  findNode({
    setting: setting('nodePath'),
    env: process.env,
    home: homedir(),
    host: {
      execPath: process.execPath,
      version: process.versions.node,
      electron: 'electron' in process.versions,
    },
    probe: probeNode,
  });

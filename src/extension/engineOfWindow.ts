import { homedir } from 'node:os';
import { LabError } from '../shared/errors';
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
 */
export const createEngine = (worker: string, log: Log): EngineClient =>
  new EngineClient({
    worker,
    findRuntime,
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

/**
 * Ends the engine when a setting that it started with changes, so that the next command starts one with the new: a process
 * has one device for its life. A run that is going on comes to its end first.
 */
export function renewWithSettings(engine: EngineClient, jobs: Jobs): { dispose(): void } {
  let outdated = false;
  const renew = (): void => {
    if (!outdated || jobs.active) return;
    outdated = false;
    void engine.stop();
  };
  const subscriptions = [
    onSetting(['device', 'nodePath'], () => {
      outdated = true;
      renew();
    }),
    jobs.onEnd(renew),
  ];
  return { dispose: () => subscriptions.forEach((one) => one.dispose()) };
}

const findRuntime = (): Promise<NodeRuntime> =>
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

import { homedir } from 'node:os';
import { LabError } from '../shared/errors';
import { EngineClient } from './engineClient/engineClient';
import { findNode, type NodeRuntime } from './engineClient/findNode';
import { probeNode } from './engineClient/probeNode';
import type { Log } from './log';
import type { Presenter } from './presenter';
import { setting } from './settings';

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
  return engine.onState(({ name }) => {
    if (name === 'silent') presenter.error(silent, { title: 'Restart', run: () => engine.stop(silent) });
  });
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

import { delimiter, dirname, isAbsolute } from 'node:path';
import type { NodeRuntime } from '../engineClient/findNode';

/**
 * What npm is run with: the environment of the engine, with the folder of the setting's node first on the PATH, where its
 * own npm lies beside it. VS Code in the guise of Node brings no npm.
 */
export function npmEnvironment({ execPath, env }: NodeRuntime): NodeJS.ProcessEnv {
  const { ELECTRON_RUN_AS_NODE: guise, ...clean } = env;
  if (guise !== undefined || !isAbsolute(execPath)) return clean;
  const name = Object.keys(clean).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  return { ...clean, [name]: [dirname(execPath), clean[name] ?? ''].join(delimiter) };
}

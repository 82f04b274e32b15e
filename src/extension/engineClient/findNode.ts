import { LabError } from '../../shared/errors';

/** What the engine runs on. */
export interface NodeRuntime {
  readonly execPath: string;
  readonly env: NodeJS.ProcessEnv;
  readonly version: string;
  /** Why this one, for the log. */
  readonly reason: string;
}

/** What the search looks at; tests give other worlds. */
export interface NodeSearch {
  /** The setting `adapterLab.nodePath`; empty where the user left it alone. */
  readonly setting: string;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  /** The program that the extension host runs on. */
  readonly host: { readonly execPath: string; readonly version: string; readonly electron: boolean };
  /** Runs a program and returns its Node version; throws where it is none. */
  readonly probe: (execPath: string, env: NodeJS.ProcessEnv) => Promise<string>;
}

/** Node 20 is the first with everything that the engine and tfjs need. */
export const oldestNode = 20;

/**
 * Finds what the engine runs on: the program of the setting, `node` on the PATH, the extension host's own Node, and at last
 * VS Code itself in the guise of Node. A real Node comes first, because inside Electron the GPU and some native addons do
 * not work; the setting is taken at its word, so a wrong one is an error and never passed over.
 *
 * @throws LabError `engine-node-missing` where the setting does not name a Node that is new enough
 */
export async function findNode(search: NodeSearch): Promise<NodeRuntime> {
  const { host, env, probe } = search;
  // A real program started with this variable would be none the wiser, but its own children might be.
  const clean = without(env, 'ELECTRON_RUN_AS_NODE');
  const setting = search.setting.trim();
  if (setting !== '') {
    const execPath = setting.replace(/^~(?=[\\/])/, search.home);
    const found = await tryNode(execPath, clean, probe);
    if ('refused' in found) throw wrongSetting(execPath, found.refused);
    return { execPath, env: clean, version: found.version, reason: 'the setting adapterLab.nodePath' };
  }
  const onPath = await tryNode('node', clean, probe);
  if ('version' in onPath) {
    return { execPath: 'node', env: clean, version: onPath.version, reason: 'node on the PATH' };
  }
  const { execPath, version, electron } = host;
  return electron
    ? {
        execPath,
        env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
        version,
        reason: `VS Code's own runtime (node on the PATH ${onPath.refused})`,
      }
    : {
        execPath,
        env: clean,
        version,
        reason: `the extension host's Node (node on the PATH ${onPath.refused})`,
      };
}

async function tryNode(
  execPath: string,
  env: NodeJS.ProcessEnv,
  probe: NodeSearch['probe'],
): Promise<{ version: string } | { refused: string }> {
  let version: string;
  try {
    version = (await probe(execPath, env)).trim();
  } catch (thrown) {
    const code = (thrown as NodeJS.ErrnoException).code;
    return { refused: code === 'ENOENT' ? 'does not exist' : `cannot be run (${firstLine(thrown)})` };
  }
  const major = /^v?(\d+)\.\d+\.\d+/.exec(version)?.[1];
  if (major === undefined) return { refused: 'is no Node' };
  if (Number(major) >= oldestNode) return { version };
  return { refused: `is Node ${version}, older than ${oldestNode}` };
}

const wrongSetting = (execPath: string, refused: string): LabError =>
  new LabError(
    'engine-node-missing',
    `The setting adapterLab.nodePath names ${execPath}, which ${refused}.`,
    `Name the program of Node ${oldestNode} or newer, or empty the setting to have it found.`,
  );

const firstLine = (thrown: unknown): string =>
  (thrown instanceof Error ? thrown.message : String(thrown)).split('\n')[0] ?? '';

function without(env: NodeJS.ProcessEnv, name: string): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([key]) => key !== name));
}

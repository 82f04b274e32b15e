import { LabError } from '../../shared/errors';
import { runtimes, type RuntimeId } from '../../shared/runtimes';
import { tensorflowFiles } from './tensorflowFiles';

/** The machine that files are for. */
export interface Machine {
  readonly platform: string;
  readonly arch: string;
}

/** A file that npm does not bring: an archive that is unpacked into the runtime's folder. */
export interface RuntimeDownload {
  /** The file's name. */
  readonly name: string;
  readonly url: string;
  /** 64 hexadecimal digits; undefined where nobody publishes it. */
  readonly sha256: string | undefined;
  /** The folder that it is unpacked into; made where it is missing. Paths here are relative to the runtime's folder. */
  readonly into: string;
  /** So many leading parts of the names in it are left out. */
  readonly strip: number;
}

/** How npm's packages become the files of one device on one machine. */
export interface RuntimeFiles {
  /** Folders that hold a part for each platform, and the part that stays. */
  readonly keep: readonly { readonly folder: string; readonly only: string }[];
  /** Names of files that nothing loads. */
  readonly drop: RegExp | undefined;
  readonly downloads: readonly RuntimeDownload[];
  /** Files that belong elsewhere than their archive puts them; the first of `from` that is there is moved. */
  readonly moves: readonly { readonly from: readonly string[]; readonly to: string }[];
  /** The libraries: where one is missing in the end, the runtime is not installed. */
  readonly libraries: readonly string[];
}

export interface RuntimePlan extends RuntimeFiles {
  readonly id: RuntimeId;
}

const nothingElse = { downloads: [], moves: [] } as const;

/** Where each package keeps what is for one machine. */
const filesOf: Readonly<Record<RuntimeId, (machine: Machine, env: NodeJS.ProcessEnv) => RuntimeFiles>> = {
  tensorflow: tensorflowFiles,
  webgpu: ({ platform, arch }) => {
    const folder = 'node_modules/webgpu/dist';
    const only = platform === 'darwin' ? 'darwin-universal' : `${platform}-${arch}`;
    const libraries = [`${folder}/${only}/dawn.node`];
    return { ...nothingElse, keep: [{ folder, only }], drop: undefined, libraries };
  },
  native: ({ platform, arch }) => {
    const folder = 'node_modules/onnxruntime-node/bin/napi-v6';
    const only = `${platform}/${arch}`;
    const libraries = [`${folder}/${only}/onnxruntime_binding.node`];
    // DirectML and its compilers are for inference on Windows GPUs; a matrix product on the CPU needs neither.
    return {
      ...nothingElse,
      keep: [{ folder, only }],
      drop: /^(DirectML|dxcompiler|dxil)\.dll$/,
      libraries,
    };
  },
};

/** Why a runtime is not for a machine, a sentence; undefined where it is. */
export const unsupported = (id: RuntimeId, { platform, arch }: Machine): string | undefined =>
  runtimes[id].platforms.includes(`${platform}-${arch}`) ? undefined : runtimes[id].elsewhere;

/**
 * What to fetch and keep of a runtime.
 *
 * @param env may name mirrors, by TensorFlow's own variables
 * @throws LabError `runtime-unavailable` where it is not for this machine
 */
export function planRuntime(
  id: RuntimeId,
  machine: Machine = process,
  env: NodeJS.ProcessEnv = process.env,
): RuntimePlan {
  const why = unsupported(id, machine);
  if (why === undefined) return { id, ...filesOf[id](machine, env) };
  throw new LabError(
    'runtime-unavailable',
    `${runtimes[id].title} cannot be installed on ${machine.platform}-${machine.arch}: ${why}`,
    'Choose another device.',
  );
}

import { runtimes } from '../../shared/runtimes';
import type { Machine, RuntimeFiles } from './plan';

/** What tfjs-node-gpu 4.22 is built against (its scripts/deps-constants.js). */
const libraryVersion = '2.9.1';
/** The addon is built for this version of Node-API, which every Node that the engine runs on has. */
const napi = 'napi-v8';
const googleStorage = 'https://storage.googleapis.com/';

/**
 * Nobody but the users of the file tell its hash: this is the one that the Bazel workspace of github.com/wamuir/graft pins.
 * For the other files none was found.
 */
const linuxLibrarySha256 = '20c46f761d5905f592c4eac0812e8e50d9cb439f9440a9391912cf4c02ed8be8';

/**
 * What the package's own install script would fetch and where it would lay it (scripts/install.js, deps-stage.js and
 * node-pre-gyp), without running it: libtensorflow below deps/, where the addon's rpath `$ORIGIN/../../deps/lib` finds it,
 * and on Windows, which knows no rpath, beside the addon.
 *
 * Mirrors are named as that script lets them be named: `TFJS_NODE_CDN_STORAGE` stands for Google's storage,
 * `TFJS_NODE_BASE_URI` for everything before `gpu-linux-…`. The script asks only node-pre-gyp's variable for the addon; a
 * mirror of the storage has it as well.
 */
export function tensorflowFiles({ platform }: Machine, env: NodeJS.ProcessEnv): RuntimeFiles {
  const windows = platform === 'win32';
  const system = windows ? 'windows' : 'linux';
  const ending = windows ? 'zip' : 'tar.gz';
  const home = `node_modules/${runtimes.tensorflow.package}`;
  const storage = env['TFJS_NODE_CDN_STORAGE'] || googleStorage;
  const base = env['TFJS_NODE_BASE_URI'] || `${storage}tensorflow/libtensorflow/libtensorflow-`;
  const addons = env['npm_config_tfjs_binding_binary_host_mirror'] || `${storage}tf-builds/pre-built-binary`;
  const libraryName = `gpu-${system}-x86_64-${libraryVersion}.${ending}`;
  const addonName = `GPU-${system}-${runtimes.tensorflow.version}.${ending}`;
  const addonFolder = `${home}/lib/${napi}`;
  return {
    keep: [],
    // Two thirds of the packages' bytes, of no use without a debugger.
    drop: /\.map$/,
    downloads: [
      {
        name: `libtensorflow-${libraryName}`,
        url: `${base}${libraryName}`,
        sha256: windows ? undefined : linuxLibrarySha256,
        into: `${home}/deps`,
        strip: 0,
      },
      {
        name: addonName,
        url: `${addons.replace(/\/$/, '')}/${napi}/${runtimes.tensorflow.version}/${addonName}`,
        sha256: undefined,
        into: addonFolder,
        // The addon lies in a folder named for Node-API.
        strip: 1,
      },
    ],
    moves: windows
      ? [
          {
            // Some of the archives are without the folder.
            from: [`${home}/deps/lib/tensorflow.dll`, `${home}/deps/tensorflow.dll`],
            to: `${addonFolder}/tensorflow.dll`,
          },
        ]
      : [],
    libraries: [
      `${addonFolder}/tfjs_binding.node`,
      windows ? `${addonFolder}/tensorflow.dll` : `${home}/deps/lib/libtensorflow.so.2`,
    ],
  };
}

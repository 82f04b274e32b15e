import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { runtimeRequire } from '../../files/runtimes';

/** What Dawn's addon for Node exports: WebGPU as browsers have it, without a browser (npm package `webgpu`). */
interface Dawn {
  /** @param flags `name=value`, as of Dawn's own programs */
  readonly create: (flags: readonly string[]) => GPU;
  /** Constructors and constants that browsers have as globals. */
  readonly globals: Readonly<Record<string, unknown>>;
}

/**
 * Loads Dawn's library and puts WebGPU where tfjs looks for it: `navigator.gpu` and the constants of the global object. The
 * package itself is not imported: it finds the library by its own address, which a bundle does not have.
 * @throws Error with one sentence where the library is missing or cannot be loaded
 */
export function loadDawn(): GPU {
  const { create, globals } = load();
  Object.assign(globalThis, globals);
  const gpu = create([]);
  // Node 21 brought a navigator that has no gpu; before there is none. It stays for good: Dawn ends badly without it.
  const known = (globalThis as { navigator?: object }).navigator;
  if (known === undefined) Object.defineProperty(globalThis, 'navigator', { value: { gpu }, writable: true });
  else Object.defineProperty(known, 'gpu', { value: gpu, configurable: true });
  return gpu;
}

function load(): Dawn {
  const places = libraries();
  const found = places.find((place) => existsSync(place));
  if (found === undefined) {
    throw new Error(
      "Dawn's library is not there: the command Install GPU Runtime of Adapter Lab gets it, and so does npm install webgpu.",
    );
  }
  try {
    return createRequire(__filename)(found) as Dawn;
  } catch (error) {
    throw new Error(`Dawn's library ${found} cannot be loaded: ${firstLine(error)}`, { cause: error });
  }
}

/** Where the library may lie: beside the bundle, in the package, or where Install GPU Runtime put it. */
function libraries(): string[] {
  const arch = process.platform === 'darwin' ? 'universal' : process.arch;
  const inside = path.join('dist', `${process.platform}-${arch}`, 'dawn.node');
  const packages = [createRequire(__filename), runtimeRequire('webgpu')].flatMap((from) => {
    try {
      return from === undefined ? [] : [path.join(path.dirname(from.resolve('webgpu')), inside)];
    } catch {
      return [];
    }
  });
  return [path.join(__dirname, 'native', 'dawn.node'), ...packages];
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split('\n')[0]?.replace(/\.?$/, '.') ?? '';

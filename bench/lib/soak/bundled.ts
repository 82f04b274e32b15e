import { build } from 'esbuild';
import path from 'node:path';

/**
 * A script of this folder as one file, so that what its process or page holds is its own and nothing of a loader's.
 *
 * @param name without its ending; of what it exports as a global of a page as well
 * @returns its path
 */
export async function bundled(
  name: string,
  folder: string,
  platform: 'node' | 'browser' = 'node',
): Promise<string> {
  const outfile = path.join(folder, `${name}.js`);
  await build({
    entryPoints: [path.join(__dirname, `${name}.ts`)],
    ...{ outfile, bundle: true, minify: true, platform, logLevel: 'error' },
    ...(platform === 'node' ? { format: 'cjs' } : { format: 'iife', globalName: name }),
  });
  return outfile;
}

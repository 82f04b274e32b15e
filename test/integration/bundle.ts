import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Bundles the tests into the one CommonJS file that the extension host is given. Returns how many files it holds. */
export async function bundleTests(
  folder: string,
  outfile: string,
  parts: readonly string[],
): Promise<number> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.test.ts'))
    .filter((name) => parts.length === 0 || parts.some((part) => name.includes(part)))
    .sort();
  const requires = files.map((name) => `require(${JSON.stringify(join(folder, name))});`);
  await build({
    stdin: {
      contents: `exports.run = () => require(${JSON.stringify(join(__dirname, 'suite.ts'))}).runSuite(() => {
        ${requires.join('\n')}
      });`,
      resolveDir: folder,
      loader: 'js',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    sourcemap: 'external',
    // Packages are found in node_modules when the tests run, from the folder that the bundle lies in.
    packages: 'external',
    external: ['vscode'],
    logLevel: 'warning',
  });
  return files.length;
}

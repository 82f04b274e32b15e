import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';

const DIST = resolve(__dirname, '../../dist');

/** The packaged extension: the one that ADAPTER_LAB_VSIX names, else the newest in dist/. */
export function findVsix(): string {
  const named = process.env['ADAPTER_LAB_VSIX'];
  if (named) {
    if (!existsSync(named)) throw new Error(`ADAPTER_LAB_VSIX is ${named}, which does not exist.`);
    return resolve(named);
  }
  const age = (file: string): number => statSync(file).mtimeMs;
  const [newest] = (existsSync(DIST) ? readdirSync(DIST) : [])
    .filter((name) => name.endsWith('.vsix'))
    .map((name) => join(DIST, name))
    .sort((one, other) => age(other) - age(one));
  if (newest) return newest;
  throw new Error(
    'No packaged extension in dist/. Make one with `npm run package`, or name one in ADAPTER_LAB_VSIX.',
  );
}

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { runCommand } from './processes';
import { removeFolder, temporaryFolder } from './temporary';
import type { Pin } from './versions';

/** Set by an outer `npm run`, and about the package that it runs in. */
const OUTER = /^npm_(lifecycle|package)_|^npm_config_((local|global)_)?prefix$|^npm_config_workspaces?$/;

/** npm's settings, the registry among them, come through; the folder that an outer `npm run` works in does not. */
function npmEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !OUTER.test(name)));
}

/** Runs npm in a folder, with no install script and nothing asked or advertised. */
export async function npm(folder: string, ...args: string[]): Promise<string> {
  return runCommand('npm', [...args, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    env: npmEnvironment(),
  });
}

/** Fetches a package, checks its bytes against the pin and unpacks what `members` names, without source maps. */
export async function unpackPackage(
  pin: Pin,
  target: string,
  members: { path: string; strip: number },
): Promise<void> {
  const folder = temporaryFolder('adapter-lab-npm-');
  try {
    await npm(folder, 'pack', `${pin.name}@${pin.version}`, '--pack-destination', folder);
    const archive = join(folder, `${pin.name.replace('@', '').replace('/', '-')}-${pin.version}.tgz`);
    const integrity = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
    if (integrity !== pin.integrity) {
      throw new Error(
        `${basename(archive)} is not the one we know: ${integrity} instead of ${pin.integrity}.`,
      );
    }
    mkdirSync(target, { recursive: true });
    const strip = `--strip-components=${members.strip}`;
    await runCommand('tar', [
      '-xzf',
      archive,
      '-C',
      target,
      strip,
      '--no-same-owner',
      '--exclude=*.map',
      `package/${members.path}`,
    ]);
  } finally {
    removeFolder(folder);
  }
}

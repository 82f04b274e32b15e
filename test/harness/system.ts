import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { findOnPath, isProgram } from '../../scripts/lib/onPath';

/** What tests in a real window need that npm cannot bring. */
export interface System {
  readonly git: string;
  readonly chromium: string;
}

/** Either everything is there, or the one command that brings what is not. */
export type SystemCheck =
  | ({ readonly ok: true } & System)
  | { readonly ok: false; readonly missing: readonly (keyof System)[]; readonly command: string };

const NAMES: Record<keyof System, readonly string[]> = {
  git: ['git'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
};

/** Looks for git and Chromium, and changes nothing. The variable CHROMIUM names a browser of your own choice. */
export function checkSystem(env: NodeJS.ProcessEnv = process.env): SystemCheck {
  const git = findOnPath(NAMES.git, env);
  const own = env['CHROMIUM'];
  const chromium = own || findOnPath(NAMES.chromium, env);
  if (own && !isProgram(own)) throw new Error(`CHROMIUM is ${own}, which is not a program.`);
  if (git && chromium) return { ok: true, git, chromium };
  const missing: (keyof System)[] = [
    ...(git ? [] : ['git' as const]),
    ...(chromium ? [] : ['chromium' as const]),
  ];
  return { ok: false, missing, command: installCommand(missing) };
}

/** As checkSystem, but brings what is missing where that needs no password: as root on Debian and its relatives. */
export function ensureSystem(log: (line: string) => void = console.error): SystemCheck {
  const check = checkSystem();
  if (check.ok || !mayInstall()) return check;
  install(check.missing, log);
  return checkSystem();
}

/** Whether packages can be had without a password. */
export const mayInstall = (): boolean => isRoot() && family() === 'debian';

/** Installs packages of Debian's; whoever asked looks whether they are there. */
export function install(packages: readonly string[], log: (line: string) => void = console.error): void {
  log(`Installing ${packages.join(' and ')} with apt-get`);
  try {
    execFileSync('sh', ['-c', installCommand(packages)], {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  } catch {
    // What apt-get said is on the terminal.
  }
}

/** The system's programs, or an error that tells how to get them. */
export function requireSystem(): System {
  const check = ensureSystem();
  if (check.ok) return check;
  throw new Error(
    `Tests in a real window need ${check.missing.join(' and ')}. Install with:\n  ${check.command}\n` +
      'or set CHROMIUM to the path of a Chromium or Chrome that you have.',
  );
}

/** One command line for this system's package manager. */
export function installCommand(missing: readonly string[]): string {
  const sudo = isRoot() ? '' : 'sudo ';
  const packages = missing.join(' ');
  switch (family()) {
    case 'debian':
      return `${sudo}apt-get update && ${sudo}apt-get install -y --no-install-recommends ${packages}`;
    case 'fedora':
      return `${sudo}dnf install -y ${packages}`;
    case 'arch':
      return `${sudo}pacman -S --needed ${packages}`;
    case 'darwin':
      return `brew install ${packages}`;
    default:
      return `(with your package manager) install ${packages}`;
  }
}

/** Which relatives this system belongs to, by the file in which Linux distributions say so. */
function family(): string {
  if (process.platform !== 'linux') return process.platform;
  try {
    const text = readFileSync('/etc/os-release', 'utf8');
    const ids = [...text.matchAll(/^ID(?:_LIKE)?="?([^"\n]*)/gm)].flatMap((match) => match[1]!.split(' '));
    return ['debian', 'fedora', 'arch'].find((name) => ids.includes(name)) ?? 'linux';
  } catch {
    return 'linux';
  }
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

if (require.main === module) {
  const check = ensureSystem();
  console.log(
    check.ok
      ? `git: ${check.git}\nchromium: ${check.chromium}`
      : `Missing. Install with:\n  ${check.command}`,
  );
  if (!check.ok) process.exitCode = 1;
}

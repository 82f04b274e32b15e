/**
 * Puts VS Code's server together from npm packages alone: the folder lib/vscode inside `code-server` is the real
 * workbench with the real extension host, and runs without the wrapper around it. Nothing is compiled and no install
 * script runs. `npx tsx test/harness/installVscode.ts` does it by hand.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { transformSync } from 'esbuild';
import { npm, unpackPackage } from './npmPackages';
import { type NativeParts, partsHere, requestedBuild, type VscodeBuild } from './versions';

/** A server that is ready to be started. */
export interface VscodeInstall {
  /** Version of the package `code-server`, which names the build. */
  readonly version: string;
  /** Version of VS Code itself. */
  readonly vscode: string;
  readonly root: string;
  /** A Node binary of the major version that the build wants. */
  readonly node: string;
}

const STAMP = '.adapter-lab-stamp';

/** Installs the requested build unless it is there already, and says where it is. */
export async function installVscode(
  version?: string,
  log: (line: string) => void = console.error,
): Promise<VscodeInstall> {
  const build = requestedBuild(version);
  const parts = partsHere();
  const cache = process.env['ADAPTER_LAB_VSCODE_CACHE'] ?? join(homedir(), '.cache', 'adapter-lab', 'vscode');
  const root = join(cache, build.version);
  if (!isCurrent(root, build)) {
    log(`Installing VS Code ${build.vscode} (code-server ${build.version} from npm) into ${root}`);
    await buildBeside(root, build, parts);
  }
  return { version: build.version, vscode: build.vscode, root, node: await nodeFor(root, build, parts) };
}

/** Changes with the build and with the code that puts it together, so that an older result is not reused. */
function stampOf(build: VscodeBuild): string {
  const hash = createHash('sha256').update(JSON.stringify(build));
  for (const file of ['installVscode.ts', 'versions.ts', 'standins/spdlog.ts', 'standins/watchdog.ts']) {
    hash.update(readFileSync(join(__dirname, file)));
  }
  return hash.digest('hex');
}

function isCurrent(root: string, build: VscodeBuild): boolean {
  const stamp = join(root, STAMP);
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === stampOf(build);
}

/** Builds next to the final place and renames at the end: an interrupted installation is never taken for a finished one. */
async function buildBeside(root: string, build: VscodeBuild, parts: NativeParts): Promise<void> {
  const work = `${root}.${process.pid}.new`;
  rmSync(work, { recursive: true, force: true });
  try {
    await unpackPackage(build, work, { path: 'lib/vscode', strip: 3 });
    // One peer is missing from the package's own lock file, which npm refuses without --legacy-peer-deps.
    const flags = ['ci', '--legacy-peer-deps', '--omit=dev'];
    await npm(work, ...flags);
    await npm(join(work, 'extensions'), ...flags);
    await addNativeParts(work, parts);
    // VS Code looks for some modules in an archive that a desktop build has; here they lie in the folder.
    symlinkSync('node_modules', join(work, 'node_modules.asar'));
    writeFileSync(join(work, STAMP), stampOf(build));
    rmSync(root, { recursive: true, force: true });
    renameSync(work, root);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    // Another process may have finished the same installation in the meantime.
    if (!isCurrent(root, build)) throw error;
  }
}

/** Replaces what install scripts would have compiled or downloaded. */
async function addNativeParts(root: string, parts: NativeParts): Promise<void> {
  const modules = join(root, 'node_modules');
  writeStandIn('spdlog', join(modules, '@vscode/spdlog'));
  writeStandIn('watchdog', join(modules, 'native-watchdog'));
  writeStandIn('watchdog', join(modules, '@vscode/native-watchdog'));
  const pty = join(modules, 'node-pty');
  if (!existsSync(join(pty, 'prebuilds'))) {
    await unpackPackage(parts.pty, join(pty, 'build/Release'), { path: 'pty.node', strip: 1 });
  }
  const ripgrep = join(modules, '@vscode/ripgrep');
  if (existsSync(ripgrep)) {
    await unpackPackage(parts.ripgrep, join(ripgrep, 'bin'), { path: 'bin/rg', strip: 2 });
    chmodSync(join(ripgrep, 'bin/rg'), 0o755);
  }
}

/** Overwrites the entry file of a native module, where the build has that module at all. */
function writeStandIn(name: string, folder: string): void {
  const entry = join(folder, 'index.js');
  if (!existsSync(entry)) return;
  const source = readFileSync(join(__dirname, 'standins', `${name}.ts`), 'utf8');
  // platform node adds the list of exports that an `import()` of a CommonJS file looks for.
  const { code } = transformSync(source, { loader: 'ts', format: 'cjs', platform: 'node', target: 'node20' });
  writeFileSync(entry, code);
}

/** The Node that runs this script where its major version fits, else one from npm, kept beside the server. */
async function nodeFor(root: string, build: VscodeBuild, parts: NativeParts): Promise<string> {
  if (Number.parseInt(process.versions.node, 10) === build.nodeMajor) return process.execPath;
  const pin = parts.node.get(build.nodeMajor);
  if (!pin)
    throw new Error(`VS Code ${build.vscode} wants Node ${build.nodeMajor}, for which no package is pinned.`);
  const binary = join(root, `node-${pin.version}`);
  if (existsSync(binary)) return binary;
  const work = `${binary}.${process.pid}.new`;
  await unpackPackage(pin, work, { path: 'bin/node', strip: 2 });
  mkdirSync(dirname(binary), { recursive: true });
  copyFileSync(join(work, 'node'), `${work}.file`);
  chmodSync(`${work}.file`, 0o755);
  renameSync(`${work}.file`, binary);
  rmSync(work, { recursive: true, force: true });
  return binary;
}

if (require.main === module) {
  installVscode().then(
    (install) => console.log(`VS Code ${install.vscode} is in ${install.root}, to be run by ${install.node}`),
    (error: unknown) => {
      console.error(error instanceof Error ? error.message : error);
      process.exitCode = 1;
    },
  );
}

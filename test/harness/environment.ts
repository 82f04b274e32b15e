import { mkdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Variables that change how VS Code or Node behave and that a launcher leaves behind: VS Code's own terminal sets
 * VSCODE_* and ELECTRON_*, `npm run` sets npm_*, test runners set NODE_OPTIONS and NODE_TEST_CONTEXT.
 */
const LEAKS = /^(VSCODE_|ELECTRON_|npm_|TSX_|NODE_OPTIONS$|NODE_TEST_CONTEXT$|NODE_PATH$)/;

/** The current environment without what would leak from the launcher into VS Code. */
export function cleanEnvironment(extra: Record<string, string> = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !LEAKS.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

/**
 * What tests set on top: no extension gallery to call, nothing of the developer's own git settings (a signing key
 * that asks for a password, hooks, another default branch), and temporary files below the test's own folder.
 */
export function testVariables(home: string): Record<string, string> {
  const temporary = join(home, 'tmp');
  mkdirSync(temporary, { recursive: true });
  return {
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    TMPDIR: temporary,
  };
}

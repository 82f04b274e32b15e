import { spawnSync } from 'node:child_process';
import path from 'node:path';

/**
 * `npm run test:faults`: the whole chain killed at 20 random moments, where `npm test` has five. ADAPTER_LAB_SEED repeats
 * those of a failure.
 */
const root = path.resolve(__dirname, '..');
const bin = (name: string): string => path.join(root, 'node_modules', '.bin', name);
const run = (name: string, ...args: string[]): number =>
  spawnSync(bin(name), args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    env: { ADAPTER_LAB_KILLS: '20', ...process.env },
  }).status ?? 1;

process.exit(
  run('tsx', 'esbuild.config.ts', '--production') ||
    run('mocha', '--exit', '--require', 'tsx/cjs', 'test/cli/killed.test.ts'),
);

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/**
 * Records the run of the quickstart that comes with the sample, so that every view has something to show before anything
 * has been computed: runs the real job in a copy and keeps the run's folder, marked as recorded. The last step of
 * `npm run sample`; needs the built command line (`npm run build`).
 */
const root = path.resolve(__dirname, '../..');
const sample = path.join(root, 'media', 'sample');
const runs = path.join('.adapter-lab', 'runs');

function main(): void {
  const copy = mkdtempSync(path.join(tmpdir(), 'adapter-lab-record-'));
  try {
    cpSync(sample, copy, { recursive: true });
    rmSync(path.join(copy, '.adapter-lab'), { recursive: true, force: true });
    const { status } = spawnSync(
      process.execPath,
      [path.join(root, 'bin', 'adapter-lab.mjs'), 'run', 'quickstart.adapter.yaml'],
      { cwd: copy, stdio: 'inherit' },
    );
    if (status !== 0) throw new Error('The quickstart did not run; nothing was recorded.');
    const [name] = readdirSync(path.join(copy, runs));
    if (name === undefined) throw new Error('The quickstart left no run.');
    const manifestFile = path.join(copy, runs, name, 'run.json');
    const manifest = JSON.parse(readFileSync(manifestFile, 'utf8')) as Record<string, unknown>;
    writeFileSync(manifestFile, `${JSON.stringify({ ...manifest, recorded: true, pid: 0 }, null, 2)}\n`);
    rmSync(path.join(sample, '.adapter-lab'), { recursive: true, force: true });
    cpSync(path.join(copy, runs), path.join(sample, runs), { recursive: true });
    console.log(`Recorded ${path.join('media', 'sample', runs, name)}; add it with git add --force.`);
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

main();

import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { prepareSampleWorkspace } from './lib/sampleWorkspace';

/**
 * `npm start`: the main job on the sample, all in a fresh copy that git ignores. The layers of a real (small) language model are
 * scored on three tasks, experts allocated, the plan written into the experiment and committed; then once more with a search of
 * the rank on one task, whose trials take a minute or two.
 */
const root = path.resolve(__dirname, '..');
const workspace = prepareSampleWorkspace(path.join(root, '.sample', 'start'), { recreate: true });
const steps = [
  ['run', 'quickstart.adapter.yaml'],
  ['commit', 'quickstart.adapter.yaml'],
  ['run', 'search.adapter.yaml'],
] as const;

for (const [command, experiment] of steps) {
  console.log(`\n$ adapter-lab ${command} ${experiment}`);
  const { status } = spawnSync(
    process.execPath,
    [path.join(root, 'bin', 'adapter-lab.mjs'), command, experiment],
    {
      cwd: workspace,
      stdio: 'inherit',
    },
  );
  if (status !== 0) process.exit(status ?? 1);
}
console.log(`\nThe copy with its runs and its commit: ${path.relative(process.cwd(), workspace)}`);
console.log('Next: npm run vscode opens the sample in VS Code, with lenses, hints and the live view.');

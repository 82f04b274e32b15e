import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { writeSmallExperiment } from '../unit/engine/smallExperiment';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab, failsWith, type Finished } from './commandLine';

const text = `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl, validation: data/second.jsonl }
method: lora
adapter: { targets: [q_proj, down_proj], rank: 2, alpha: 4 }
train: { epochs: 200, learning_rate: 1e-2, batch_size: 4, max_length: 16, seeds: [1], evaluations: 1 }
`;

describe('adapter-lab train', () => {
  const folder = temporaryFolder();
  before(async () => {
    await writeSmallExperiment(folder.path);
    await writeFile(path.join(folder.path, 'long.adapter.yaml'), text);
    await writeFile(path.join(folder.path, 'short.adapter.yaml'), text.replace('200', '2'));
  });
  const runs = path.join('.adapter-lab', 'runs');
  const train = (args: readonly string[], watch?: Parameters<typeof adapterLab>[1]): Promise<Finished> =>
    adapterLab(['train', ...args], { cwd: folder.path, ...watch });
  const adapterOf = (run: string, seed: number): Buffer =>
    readFileSync(path.join(folder.path, run, 'adapters', `seed-${seed}`, 'adapter_model.safetensors'));

  it('prints a table of results and where the adapters are; progress goes to standard error', async () => {
    const { code, stdout, stderr } = await train(['short.adapter.yaml', '--seed', '3', '--seed', '4']);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\| seed-4 +\| first +\| validation \| +7 \| perplexity [\d.]+ \|/m);
    assert.match(stdout, /^Wrote \S+seed-3, \S+seed-4, \S+report\.md, \S+report\.html$/m);
    assert.match(stderr, /^seed-3, step 6: first perplexity [\d.]+/m);
  });

  it('stops on SIGTERM with 130, says how to go on, and goes on to the adapter of one that was not stopped', async function () {
    if (process.platform === 'win32') this.skip();
    const whole = await train(['long.adapter.yaml']);
    assert.equal(whole.code, 0, whole.stderr);
    const wholeRun = /(\S+)\/adapters\/seed-1/.exec(whole.stdout)?.[1] ?? '';
    let sent = false;
    const stopped = await train(['long.adapter.yaml'], {
      watch: (stderr, child) => {
        if (sent || !/step [3-9]\d*:/.test(stderr)) return;
        sent = true;
        child.kill('SIGTERM');
      },
    });
    assert.equal(stopped.code, 130, stopped.stderr);
    const offered =
      /^To go on from where it stopped: adapter-lab (train long\.adapter\.yaml --resume (\S+))$/m.exec(
        stopped.stderr,
      );
    assert.ok(offered, stopped.stderr);
    const [, command = '', run = ''] = offered;
    assert.ok(existsSync(path.join(folder.path, run, 'state', 'seed-1.last.safetensors')));
    const resumed = await adapterLab(command.split(' '), { cwd: folder.path });
    assert.equal(resumed.code, 0, resumed.stderr);
    assert.deepEqual(adapterOf(run, 1), adapterOf(wholeRun, 1));
    assert.equal(existsSync(path.join(folder.path, run, 'state')), false);
  });

  it('takes a plan, and refuses what is none', async () => {
    const before = readdirSync(path.join(folder.path, runs));
    const short = path.join(folder.path, 'short.adapter.yaml');
    await failsWith(['train', short, '--plan', 'nothing.json'], 'plan-missing', /nothing\.json/);
    assert.deepEqual(readdirSync(path.join(folder.path, runs)), before);
    const plan = {
      ...{ version: 1, method: 'uniform', summary: '' },
      plan: {
        modules: { 'model.layers.1.self_attn.q_proj': { rank: 3, alpha: 6, experts: 1 } },
        shared: [],
      },
      totals: { parameters: 1, experts: 1, modules: 1, layers: 1 },
    };
    await writeFile(path.join(folder.path, 'plan.json'), JSON.stringify(plan));
    const planned = await train(['short.adapter.yaml', '--plan', 'plan.json']);
    assert.equal(planned.code, 0, planned.stderr);
    const run = /(\S+)\/adapters\/seed-1/.exec(planned.stdout)?.[1] ?? '';
    const config = JSON.parse(
      readFileSync(path.join(folder.path, run, 'adapters', 'seed-1', 'adapter_config.json'), 'utf8'),
    ) as { r: number; target_modules: string[] };
    assert.deepEqual([config.r, config.target_modules], [3, ['model.layers.1.self_attn.q_proj']]);
  });
});

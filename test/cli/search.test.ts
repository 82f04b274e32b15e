import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readStudy } from '../../src/search/journal';
import { writeSmallExperiment } from '../unit/engine/smallExperiment';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab, failsWith } from './commandLine';

const text = `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl, validation: data/second.jsonl }
method: floe
adapter: { targets: [q_proj, down_proj], rank: 2, alpha: 4, experts: 2 }
search: { ranks: [1, 2, 4], layers: [50%, 100%], evaluations: 3, halving: false }
train: { epochs: 40, learning_rate: 1e-2, batch_size: 4, max_length: 16, seeds: [1], evaluations: 1 }
`;

describe('adapter-lab search', () => {
  const folder = temporaryFolder();
  const at = (...names: string[]): string => path.join(folder.path, ...names);
  before(async () => {
    await writeSmallExperiment(folder.path);
    await writeFile(at('whole.adapter.yaml'), text);
    await writeFile(at('stopped.adapter.yaml'), text);
  });
  const trialsOf = async (run: string) =>
    (await readStudy(at(run, 'trials.jsonl'))).trials.map(({ point, values, state }) => ({
      point,
      values,
      state,
    }));
  const runIn = (stdout: string): string => /(\S+)\/report\.md/.exec(stdout)?.[1] ?? '';

  it('prints the trials and the best one, whose plan is in the experiment; Optuna gets a journal', async () => {
    const args = ['search', 'whole.adapter.yaml', '--optuna', 'study.log'];
    const { code, stdout, stderr } = await adapterLab(args, { cwd: folder.path });
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\| 3 +\| rank \d, \d+ % of layers +\| .* \|$/m);
    assert.match(
      stdout,
      /^All 3 evaluations are spent\.\nBest: rank (\d), .* loss with [\d,]+ parameters\.$/m,
    );
    const [, rank] = /^Best: rank (\d)/m.exec(stdout)!;
    assert.match(readFileSync(at('whole.adapter.yaml'), 'utf8'), new RegExp(`^plan:[^]*rank: ${rank},`, 'm'));
    assert.match(stderr, /^Trial 1, rank 1, 50 % of layers: [\d.]+ loss$/m);
    assert.match(readFileSync(at('study.log'), 'utf8'), /"op_code": ?0/);
    assert.equal((await trialsOf(runIn(stdout))).length, 3);
  });

  it('stops on SIGTERM, says how to go on, and goes on to the search of one that was not stopped', async function () {
    if (process.platform === 'win32') this.skip();
    let sent = false;
    const stopped = await adapterLab(['search', 'stopped.adapter.yaml'], {
      cwd: folder.path,
      watch: (stderr, child) => {
        if (sent || !stderr.includes('trial-1-seed-1, step 9')) return;
        sent = true;
        child.kill('SIGTERM');
      },
    });
    assert.equal(stopped.code, 130, stopped.stderr);
    const [, command = '', run = ''] =
      /adapter-lab (search stopped\.adapter\.yaml --resume (\S+))$/m.exec(stopped.stderr) ?? [];
    assert.ok(existsSync(at(run, 'trials.jsonl')), stopped.stderr);
    const resumed = await adapterLab(command.split(' '), { cwd: folder.path });
    assert.equal(resumed.code, 0, resumed.stderr);
    const whole = await adapterLab(['search', 'whole.adapter.yaml'], { cwd: folder.path });
    assert.deepEqual(await trialsOf(run), await trialsOf(runIn(whole.stdout)));
  });

  it('refuses an executor that is not built, before it makes a run', async () => {
    await failsWith(['search', at('whole.adapter.yaml'), '--executor', 'slurm'], 'option-invalid', /'slurm'/);
  });
});

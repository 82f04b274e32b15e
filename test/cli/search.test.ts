import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { listRuns } from '../../src/files/runs';
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
    (await readStudy(path.resolve(folder.path, run, 'trials.jsonl'))).trials.map(
      ({ point, values, state }) => ({
        point,
        values,
        state,
      }),
    );
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

  it('is part of the main job, which killed without a word in a trial goes on to the same plan', async function () {
    if (process.platform === 'win32') this.skip();
    await writeFile(at('main.adapter.yaml'), text);
    let sent = false;
    const killed = await adapterLab(['run', 'main.adapter.yaml'], {
      cwd: folder.path,
      watch: (stderr, child) => {
        if (sent || !stderr.includes('trial-1-seed-1, step 9')) return;
        sent = true;
        child.kill('SIGKILL');
      },
    });
    assert.equal(killed.signal, 'SIGKILL', killed.stderr);
    assert.match(killed.stderr, /^Searching the rank: 3 trials at most$/m);
    const [run = ''] = await listRuns(at('main.adapter.yaml'));
    assert.match(run, /-main-run$/);
    const { code, stdout, stderr } = await adapterLab(
      ['run', 'main.adapter.yaml', '--resume', path.relative(folder.path, run)],
      { cwd: folder.path },
    );
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^\| layer \|[^]*^\| 3 +\| rank \d, [^]*^Best: rank \d[^]*^Took .+ and .+\.$/m);
    await writeFile(at('other.adapter.yaml'), text);
    const other = await adapterLab(['run', 'other.adapter.yaml'], { cwd: folder.path });
    assert.equal(other.code, 0, other.stderr);
    assert.equal(
      readFileSync(at('main.adapter.yaml'), 'utf8'),
      readFileSync(at('other.adapter.yaml'), 'utf8'),
    );
    assert.deepEqual(await trialsOf(run), await trialsOf(runIn(other.stdout)));
  });

  it('tries what is asked for by hand first, and goes on behind its end with more', async () => {
    await writeFile(at('hand.adapter.yaml'), text.replace('epochs: 40', 'epochs: 2'));
    const args = ['search', 'hand.adapter.yaml', '--add', 'rank=2, layers=100%'];
    const first = await adapterLab(args, { cwd: folder.path });
    assert.equal(first.code, 0, first.stderr);
    assert.match(
      first.stderr,
      /^A trial was asked for by hand: 4 trials at most\.$[^]*^Trial 1, rank 2, 100 % of/m,
    );
    assert.match(first.stdout, /^\| 1 +\| rank 2, 100 % of layers +\| .* \| +by hand \|/m);
    const run = runIn(first.stdout);
    const tried = (await trialsOf(run)).map(({ point }) => point);
    assert.equal(tried.length, 4);
    const again = (...more: string[]) =>
      adapterLab(['search', 'hand.adapter.yaml', '--resume', run, ...more], { cwd: folder.path });
    const ended = await again();
    assert.equal(ended.code, 1);
    assert.match(ended.stderr, /^run-not-resumable: .* has come to its end/m);
    const twice = await again('--add', 'rank=2,layers=100%');
    assert.equal(twice.code, 1);
    assert.match(
      twice.stderr,
      /^option-invalid: Rank 2, 100 % of layers is trial 1 of the search already\.$/m,
    );
    const free = [1, 2, 4]
      .flatMap((rank) => [0.5, 1].map((layers) => ({ rank, layers })))
      .find((point) => !tried.some((one) => JSON.stringify(one) === JSON.stringify(point)))!;
    const more = await again('--add', `rank=${free.rank},layers=${free.layers}`);
    assert.equal(more.code, 0, more.stderr);
    assert.deepEqual(
      (await trialsOf(run)).map(({ point }) => point),
      [...tried, free],
    );
  });

  it('refuses a point that it cannot read or that is none of the space, before it makes a run', async () => {
    const before = await listRuns(at('whole.adapter.yaml'));
    await failsWith(
      ['search', at('whole.adapter.yaml'), '--add', 'rank=3,layers=50%'],
      'option-invalid',
      /Rank 3/,
    );
    const { code, stderr } = await adapterLab(['search', at('whole.adapter.yaml'), '--add', 'rank: 3']);
    assert.notEqual(code, 0);
    assert.match(stderr, /numbers with names, such as rank=8,layers=50%/);
    assert.deepEqual(await listRuns(at('whole.adapter.yaml')), before);
  });

  it('refuses an executor that there is not, before it makes a run', async () => {
    const before = await listRuns(at('whole.adapter.yaml'));
    await failsWith(['search', at('whole.adapter.yaml'), '--executor', 'nobody'], 'option-invalid', /nobody/);
    assert.deepEqual(await listRuns(at('whole.adapter.yaml')), before);
  });
});

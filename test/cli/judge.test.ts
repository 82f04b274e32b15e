import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startRepository } from '../../scripts/lib/gitRepository';
import { runFiles } from '../../src/files/runs';
import { verdictSchema, type Verdict } from '../../src/shared/verdict';
import { writeSmallExperiment } from '../unit/engine/smallExperiment';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab, failsWith } from './commandLine';

const name = 'judged.adapter.yaml';
const text = `version: 1
model: models/small
tasks:
  - { name: first, kind: causal-lm, train: data/first.jsonl, validation: data/first.jsonl, test: data/second.jsonl }
method: floe
adapter: { targets: [q_proj, down_proj], rank: 4, alpha: 8, experts: 2 }
score: { samples: 8, max_length: 16 }
budget: { layers: 50% }
train: { epochs: 4, learning_rate: 2e-2, batch_size: 4, max_length: 16, seeds: [1, 2], evaluations: 1 }
`;

describe('adapter-lab judge', () => {
  const folder = temporaryFolder();
  const at = (...names: string[]): string => path.join(folder.path, ...names);
  const judge = (...args: string[]) => adapterLab(['judge', name, ...args], { cwd: folder.path });
  const runIn = (stdout: string): string => /Wrote (\S+)\/verdict\.json/.exec(stdout)?.[1] ?? '';
  const verdictIn = (run: string): Verdict =>
    verdictSchema.parse(JSON.parse(readFileSync(at(run, runFiles.verdict), 'utf8')));
  let first = '';

  before(async () => {
    await writeSmallExperiment(folder.path);
    await writeFile(at(name), text);
    startRepository(folder.path, 'Start', { ownIdentity: true });
  });

  it('needs a plan', async () => {
    const { code, stderr } = await judge();
    assert.equal(code, 1);
    assert.match(stderr, /^plan-missing: [^]*^Next: .*adapter-lab run\.$/m);
  });

  it('prints the arms, the verdict in a sentence and the answers to three questions', async () => {
    assert.equal((await adapterLab(['run', name], { cwd: folder.path })).code, 0);
    const { code, stdout, stderr } = await judge('--control', 'uniform', '--control', 'all-layers');
    assert.equal(code, 0, stderr);
    first = runIn(stdout);
    const verdict = verdictIn(first);
    assert.deepEqual(
      verdict.arms.map((arm) => arm.name),
      ['plan', 'uniform', 'all-layers'],
    );
    assert.deepEqual(verdict.seeds, [1, 2]);
    assert.ok(stdout.includes(`\n${verdict.words}\n`), stdout);
    for (const { question, words } of verdict.answers) assert.ok(stdout.includes(`\n${question} ${words}\n`));
    assert.match(stdout, /^\| Uniform +\|/m);
    assert.match(stderr, /^Judging the plan: 6 trainings at most$/m);
    const record = JSON.parse(readFileSync(at(first, runFiles.manifest), 'utf8')) as { command: string };
    assert.equal(record.command, `adapter-lab judge ${name} --control uniform --control all-layers`);
  });

  it('judges once more, and says that the numbers agree', async () => {
    const { code, stdout, stderr } = await judge('--reproduce', first);
    assert.equal(code, 0, stderr);
    assert.notEqual(runIn(stdout), first);
    assert.match(
      stdout,
      /^The numbers agree: 6 trainings gave the very same losses and answers on every example\.$/m,
    );
  });

  it('says where the numbers do not agree, or the data is another', async () => {
    const journal = at(first, runFiles.outcomes);
    const kept = readFileSync(journal, 'utf8');
    writeFileSync(journal, kept.replace(/"losses":\[[\d.]+/, '"losses":[9'));
    const other = await judge('--reproduce', first);
    assert.equal(other.code, 1);
    assert.match(
      other.stdout,
      /^The numbers differ: of 6 trainings losses or answers differ by up to .* \(plan, seed 1\)\.$/m,
    );
    writeFileSync(journal, kept);
    const data = at('data', 'second.jsonl');
    const before = readFileSync(data, 'utf8');
    appendFileSync(data, before.split('\n')[0] + '\n');
    const { code, stderr } = await judge('--reproduce', first);
    writeFileSync(data, before);
    assert.equal(code, 1);
    assert.match(stderr, /^run-not-reproducible: Not the same as then: second\.jsonl of task first/m);
  });

  it('refuses what does not go together', async () => {
    const file = at(name);
    await failsWith(
      ['judge', file, '--reproduce', at(first), '--seed', '3'],
      'option-invalid',
      /takes plan, controls and seeds from the run/,
    );
    await failsWith(['judge', at('small.adapter.yaml'), '--reproduce', at(first)], 'option-invalid', /is of/);
    await failsWith(['judge', file, '--control', 'chance'], 'option-invalid', /uniform, random, all-layers/);
    await failsWith(['judge', file, '--reproduce', at('data')], 'run-not-found', /run/);
  });

  it('goes into the trailers of the commit, and into the provenance', async () => {
    const { code, stderr } = await adapterLab(['commit', name], { cwd: folder.path });
    assert.equal(code, 0, stderr);
    const message = execFileSync('git', ['log', '-1', '--format=%(trailers:only)'], {
      cwd: folder.path,
      encoding: 'utf8',
    });
    const { words } = verdictIn(first);
    assert.match(message, /^Adapter-Lab-Verdict: (Better|Worse|As good|No difference)/m);
    const provenance = JSON.parse(readFileSync(at('judged.provenance.json'), 'utf8')) as { verdict: string };
    // The newest one is that of the repetition, which took other times.
    assert.equal(provenance.verdict.split(', at ')[0], words.split(', at ')[0]);
  });
});

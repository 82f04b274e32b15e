import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startRepository } from '../../scripts/lib/gitRepository';
import { readModelFolder } from '../../src/files/modelFolder';
import { readAdapter } from '../../src/peft/read';
import { experimentText, writeSmallExperiment } from '../unit/engine/smallExperiment';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab } from './commandLine';

const trainer = `# ours
base_model: models/small
adapter: lora
lora_r: 8 # so far
lora_alpha: 4
lora_target_modules: [q_proj, v_proj]
`;

describe('adapter-lab apply', () => {
  const folder = temporaryFolder();
  const name = 'small.adapter.yaml';
  const target = (): string => readFileSync(path.join(folder.path, 'axolotl.yml'), 'utf8');
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: folder.path, encoding: 'utf8' });
  const run = (...args: string[]) => adapterLab(args, { cwd: folder.path });

  before(async () => {
    await writeSmallExperiment(folder.path, `${experimentText}target_config: axolotl.yml\n`);
    writeFileSync(path.join(folder.path, 'axolotl.yml'), trainer);
    startRepository(folder.path, 'Start', { ownIdentity: true });
  });

  it('refuses an experiment without a plan', async () => {
    const { code, stderr } = await run('apply', name);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^plan-missing: [^]*^Next: Run Allocate first, or on the command line adapter-lab run\.$/m,
    );
  });

  it('prints the difference in a dry run, and writes nothing', async () => {
    assert.equal((await run('run', name)).code, 0);
    assert.equal(target(), trainer, 'a run writes the experiment alone');
    const { code, stdout, stderr } = await run('apply', name, '--dry-run');
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^-lora_r: 8 # so far\n[^]*\+lora_r: 2 # so far$/m);
    assert.equal(target(), trainer);
    writeFileSync(path.join(folder.path, 'change.patch'), stdout);
  });

  it('writes what it printed, once', async () => {
    const { code, stderr } = await run('apply', name);
    assert.equal(code, 0, stderr);
    const written = target();
    assert.match(written, /^# ours$[^]*^lora_r: 2 # so far$/m);
    git('checkout', '--', 'axolotl.yml');
    git('apply', 'change.patch');
    assert.equal(target(), written, 'the difference is one that git applies');
    const again = await run('apply', name);
    assert.equal(again.stdout, '');
    assert.match(again.stderr, /axolotl\.yml has the plan already\./);
  });

  it('goes with the plan into the commit', async () => {
    const { code, stdout, stderr } = await run('commit', name);
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Committed small\.adapter\.yaml, axolotl\.yml and small\.provenance\.json as/m);
    const files = git('show', '--name-only', '--format=', 'HEAD').trim().split('\n');
    assert.deepEqual(files.sort(), ['axolotl.yml', name, 'small.provenance.json'].sort());
    appendFileSync(path.join(folder.path, name), '# a word\n');
    const alone = await run('commit', name);
    assert.match(
      alone.stdout,
      /^Committed small\.adapter\.yaml and small\.provenance\.json as/m,
      alone.stderr,
    );
  });

  it('writes into a call of a Python source, and over a value that the text does not tell', async () => {
    const source = [
      'from peft import LoraConfig',
      '',
      'ALPHA = 2 * RANK',
      'config = LoraConfig(r=8, lora_alpha=ALPHA, target_modules=["q_proj", "v_proj"])  # ours',
      '',
    ].join('\n');
    const file = path.join(folder.path, 'train.py');
    writeFileSync(file, source);
    const experiment = readFileSync(path.join(folder.path, name), 'utf8');
    writeFileSync(path.join(folder.path, name), experiment.replace('axolotl.yml', 'train.py'));
    const { code, stderr } = await run('apply', name);
    assert.equal(code, 0, stderr);
    const written = readFileSync(file, 'utf8');
    assert.match(written, /^ALPHA = 2 \* RANK\nconfig = LoraConfig\(r=2, lora_alpha=\d+, /m);
    assert.match(written, / {2}# ours$/m);
    assert.match((await run('apply', name)).stderr, /train\.py has the plan already\./);
  });

  it('begins with an adapter where the trainer has no key for ranks by module', async () => {
    const rows = [
      ['model.layers.0.self_attn.q_proj', 2],
      ['model.layers.1.self_attn.v_proj', 4],
    ] as const;
    const plan = rows.map(([at, rank]) => `    ${at}: { rank: ${rank}, alpha: ${2 * rank}, experts: 1 }\n`);
    const other = 'seeded.adapter.yaml';
    const text = `${experimentText}target_config: factory.yaml\nplan:\n  modules:\n${plan.join('')}`;
    writeFileSync(path.join(folder.path, other), text);
    const factory = [
      ...['model_name_or_path: models/small', 'stage: sft', 'finetuning_type: lora # ours', 'lora_rank: 8'],
      ...['lora_target: q_proj,v_proj', ''],
    ].join('\n');
    writeFileSync(path.join(folder.path, 'factory.yaml'), factory);
    const { code, stderr } = await run('apply', other);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /Wrote an adapter to begin with into factory\.seed-adapter, beside factory\.yaml\./);
    const written = readFileSync(path.join(folder.path, 'factory.yaml'), 'utf8');
    assert.match(written, /^adapter_name_or_path: factory\.seed-adapter$/m);
    assert.match(written, /^create_new_adapter: false$/m);
    assert.match(written, /^finetuning_type: lora # ours$/m);
    const seed = await readAdapter(
      path.join(folder.path, 'factory.seed-adapter'),
      await readModelFolder(path.join(folder.path, 'models/small')),
    );
    assert.deepEqual(
      [...seed.modules].map(([at, { rank, alpha }]) => [at, rank, alpha]),
      rows.map(([at, rank]) => [at, rank, 2 * rank]),
    );
    for (const [at] of rows) {
      assert.ok(seed.arrays.get(`${at}.lora_B`)!.values.every((value) => value === 0));
      assert.ok(seed.arrays.get(`${at}.lora_A`)!.values.some((value) => value !== 0));
    }
  });
});

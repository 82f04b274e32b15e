import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readModelFolder } from '../../src/files/modelFolder';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab, failsWith } from './commandLine';
import { referenceModel } from './referenceData';

describe('adapter-lab export', () => {
  const folder = temporaryFolder();
  const at = (name: string): string => path.join(folder.path, name);
  const command = (format: string, out: string, ...more: string[]): string[] => [
    ...['export', '--plan', at('plan.json'), '--model', referenceModel],
    ...['--format', format, '--out', at(out), ...more],
  ];
  before(async () => {
    const { modules } = await readModelFolder(referenceModel);
    const rows = modules.map(({ path: name, layer }) => [
      name,
      { rank: 2 + layer, alpha: 4 + 2 * layer, experts: layer === 0 ? 3 : 1 },
    ]);
    const plan = { modules: Object.fromEntries(rows) as unknown, shared: [] };
    const totals = { parameters: 1, experts: 1, modules: rows.length, layers: 1 };
    const file = { version: 1, method: 'proportional', plan, totals, summary: 'A plan.' };
    await writeFile(at('plan.json'), JSON.stringify(file));
  });

  it('writes every format, says where on output, and what is lost on standard error', async () => {
    for (const [format, sign] of [
      ['peft', /"rank_pattern": \{/],
      ['axolotl', /^lora_rank_pattern:$/m],
      ['ludwig', /^ {2}rank_pattern:$/m],
      ['mola', /^--number_experts "3,2,2" \\$/m],
      ['modules-json', /"model\.layers\.0\.self_attn\.q_proj": 3/],
      // The grammar of Python is found beside the bundle: the text is read again before it is written.
      ['python', /^config = LoraConfig\($/m],
    ] as const) {
      const { code, stdout, stderr } = await adapterLab(command(format, `${format}.out.json`));
      assert.equal(code, 0, stderr);
      assert.match(stdout, /^Wrote .+\n$/);
      assert.ok(stdout.includes(`${format}.out.json`));
      assert.match(stderr, format === 'modules-json' ? /GuiLoMo takes 2/ : /experts|top_k/);
      assert.match(await readFile(at(`${format}.out.json`), 'utf8'), sign, format);
    }
    assert.match(await readFile(at('modules-json.out.ranks.json'), 'utf8'), /expertlora_E_vector_2": 2/);
  });

  it('writes an adapter to begin with, which `merge` takes and which changes nothing', async () => {
    const { code, stdout, stderr } = await adapterLab(command('seed-adapter', 'seed', '--seed', '3'));
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Wrote .*seed\n$/);
    assert.match(stderr, /^PEFT takes no experts: /);
    const merge = ['merge', '--adapter', at('seed'), '--model', referenceModel, '--out', at('merged')];
    const merged = await adapterLab(merge);
    assert.equal(merged.code, 0, merged.stderr);
    const weights = (dir: string): Promise<Buffer> => readFile(path.join(dir, 'model.safetensors'));
    assert.ok((await weights(at('merged'))).equals(await weights(referenceModel)));
    const again = command('seed-adapter', 'merged');
    await failsWith(again, 'adapter-invalid', /which holds "/);
  });

  it('names the model by its folder relative to the file, or as it is told', async () => {
    const read = async (): Promise<unknown> =>
      (JSON.parse(await readFile(at('named.json'), 'utf8')) as Record<string, unknown>)[
        'base_model_name_or_path'
      ];
    await adapterLab(command('peft', 'named.json'));
    assert.equal(path.resolve(folder.path, String(await read())), referenceModel);
    await adapterLab(command('peft', 'named.json', '--base-model', 'org/name'));
    assert.equal(await read(), 'org/name');
  });

  it('refuses what it cannot write, before anything is there', async () => {
    await failsWith(command('lily', 'lily.json'), 'option-invalid', /shares no tensors/);
    await failsWith(command('peft', 'none/peft.json'), 'not-writable', /there is no folder/);
    await failsWith(command('nemo', 'x.json'), 'option-invalid', /nemo/);
    const other = command('peft', 'x.json').map((word) =>
      word === at('plan.json') ? at('lost.json') : word,
    );
    await failsWith(other, 'plan-missing', /The plan file/);
  });
});

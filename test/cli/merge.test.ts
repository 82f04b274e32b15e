import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { readModelFolder } from '../../src/files/modelFolder';
import { readTensorFloat32 } from '../../src/files/safetensors';
import { fixtureFolder } from '../reference/fixture';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab, failsWith } from './commandLine';

describe('adapter-lab merge', () => {
  const folder = temporaryFolder();
  const bert = fixtureFolder('bert-1');
  const command = (adapter: string, out: string, model = bert): string[] => [
    'merge',
    '--adapter',
    path.join(bert, adapter),
    '--model',
    model,
    '--out',
    out,
  ];

  it('writes the model folder, and says how many modules were merged and where', async () => {
    const out = path.join(folder.path, 'new', 'merged');
    const { code, stdout, stderr } = await adapterLab(command('lora-seqcls', out));
    assert.equal(code, 0, stderr);
    assert.match(stdout, /^Merged \d+ modules, and put in 2 tensors trained whole: .+\n$/);
    assert.ok(stdout.trimEnd().endsWith(`: ${out}`));
    assert.match(stderr, /^Writing model\.safetensors$/m);
    assert.match(stderr, /^Left out, because the adapter is not in them: lora, lora-seqcls$/m);
    const [before, after] = await Promise.all([readModelFolder(bert), readModelFolder(out)]);
    let changed = 0;
    for (const { path: module } of before.modules) {
      const [one, other] = [before, after].map(({ tensors }) => tensors.get(`${module}.weight`)!);
      const [was, is] = [
        await readTensorFloat32(one!.file, one!),
        await readTensorFloat32(other!.file, other!),
      ];
      if (was.some((value, at) => value !== is[at])) changed++;
    }
    assert.equal(changed, Number(/^Merged (\d+)/.exec(stdout)?.[1]));
    assert.ok((await readdir(out)).every((name) => !/adapter|lora/.test(name)));
  });

  it('refuses a folder that is taken, and an adapter of another model', async () => {
    await failsWith(command('lora', bert), 'not-writable', /which holds "/);
    const out = path.join(folder.path, 'other');
    await failsWith(
      command('lora', out, fixtureFolder('llama-1')),
      'adapter-invalid',
      /no module of the model/,
    );
    await failsWith(['merge', '--model', bert, '--out', out], 'option-invalid', /--adapter/);
    assert.ok(!(await readdir(folder.path)).includes('other'));
  });
});

import assert from 'node:assert/strict';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as z from 'zod';
import { writeTinyLlama } from '../unit/files/tinyLlama';
import { temporaryFolder } from '../unit/files/temporary';
import { adapterLab, failsWith, root, type Finished } from './commandLine';

const config = (more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify(
    {
      peft_type: 'LORA',
      base_model_name_or_path: '../model',
      r: 8,
      lora_alpha: 16,
      target_modules: ['q_proj', 'v_proj'],
      ...more,
    },
    null,
    2,
  );

describe('adapter-lab check', () => {
  const folder = temporaryFolder();
  const write = async (name: string, text: string): Promise<string> => {
    const file = path.join(folder.path, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, text);
    return file;
  };
  const check = (...args: string[]): Promise<Finished> =>
    adapterLab(['check', ...args], { cwd: folder.path });

  beforeEach(async () => {
    for (const name of await readdir(folder.path))
      await rm(path.join(folder.path, name), { recursive: true });
    await writeTinyLlama(path.join(folder.path, 'model'));
  });

  it('finds nothing in the sample', async () => {
    const { code, stdout, stderr } = await adapterLab(['check', path.join(root, 'media/sample')]);
    assert.equal(code, 0, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, /^0 errors, 0 warnings, 0 notes in \d files\.$/m);
  });

  it('says file, line, column, rule and the next step, and exits with 1', async () => {
    await write('runs/adapter_config.json', config({ rank_pattern: { q_porj: 16 }, alpha_pattern: {} }));
    const { code, stdout, stderr } = await check('runs/adapter_config.json');
    assert.equal(code, 1, stderr);
    const [line, next] = stdout.split('\n');
    // Two layers of 8 by 8: eight ranks more would be 2 · 8 · 16 parameters.
    assert.equal(
      line,
      'runs/adapter_config.json:11:5 warning D1 rank_pattern key "q_porj" matches no module: the 2 modules that it seems to mean get the default rank 8 in place of 16, 256 parameters fewer than meant.',
    );
    assert.equal(next, '  Next: Change to "q_proj".');
    assert.match(stderr, /^0 errors, 1 warning, 0 notes in 1 file\.$/m);
  });

  it('fails from the severity on that is asked for', async () => {
    const file = await write('runs/adapter_config.json', config({ alpha_pattern: { q_proj: 32 } }));
    const exits = async (...args: string[]): Promise<number | null> => (await check(file, ...args)).code;
    assert.equal(await exits(), 0);
    assert.equal(await exits('--fail-on', 'information'), 1);
    await write('runs/adapter_config.json', config({ target_modules: ['q_proj', 'w'] }));
    assert.equal(await exits(), 1);
    assert.equal(await exits('--fail-on', 'error'), 0);
  });

  it('walks folders past packages, git and runs, and past files of others', async () => {
    const wrong = config({ target_modules: ['q_proj', 'w'] });
    const names = [
      'a/adapter_config.json',
      'node_modules/b/adapter_config.json',
      '.git/c.json',
      '.adapter-lab/d.json',
    ];
    for (const name of names) await write(name, wrong);
    await write('package.json', '{ "name": "other" }');
    await write('my.adapter.yaml', 'version: 1\nmodle: model\n');
    const { code, stdout } = await check('.', '--format', 'json');
    assert.equal(code, 1);
    const { files } = JSON.parse(stdout) as { files: { file: string; findings: { id: string }[] }[] };
    assert.deepEqual(
      files.map(({ file }) => file),
      ['a/adapter_config.json', 'my.adapter.yaml'],
    );
    assert.ok(files[1]!.findings.some(({ id }) => id === 'experiment-invalid'));
  });

  it('tells of an experiment what a run would refuse: model, targets and data', async () => {
    const experiment = (model: string): string =>
      [
        ...['version: 1', `model: ${model}`, 'tasks:'],
        ...['  - { name: spam, kind: causal-lm, train: nope.jsonl }', 'method: floe'],
        ...['adapter: { targets: [q_proj, v_porj] }', 'budget: { layers: 50% }', ''],
      ].join('\n');
    const file = await write('mine.adapter.yaml', experiment('model'));
    const { code, stdout } = await check(file);
    assert.equal(code, 1);
    assert.match(
      stdout,
      /mine\.adapter\.yaml:6:\d+ error option-invalid The target "v_porj" matches no module/,
    );
    assert.match(stdout, /mine\.adapter\.yaml:4:\d+ error data-missing .*"spam" is not there: .*nope\.jsonl/);
    await write('mine.adapter.yaml', experiment('modle'));
    assert.match((await check(file)).stdout, /mine\.adapter\.yaml:2:\d+ error model-missing /);
  });

  it('takes the base model that is given, and says where there is none', async () => {
    const file = await write('adapter_config.json', config({ target_modules: ['q_proj', 'w'] }));
    const without = await check(file);
    assert.equal(without.code, 0);
    assert.match(without.stderr, /1 file was checked without the base model, as adapter_config\.json/);
    const given = await check(file, '--model', 'model');
    assert.equal(given.code, 1);
    assert.match(given.stdout, /:8:5 warning D5 No module of the model is called "w"/);
    await failsWith(
      ['check', file, '--model', path.join(folder.path, 'none')],
      'model-missing',
      /does not exist/,
    );
  });

  it('reads Python sources, and finds a model by its name in the hub’s cache', async () => {
    const snapshot = path.join(folder.path, 'cache/models--org--tiny/snapshots/0123abc');
    await writeTinyLlama(snapshot);
    await write('cache/models--org--tiny/refs/main', '0123abc');
    const source = [
      'from peft import LoraConfig',
      'MODEL = "org/tiny"',
      'one = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj", "v_porj"])',
      'two = LoraConfig(r=8, lora_alpha=16, target_modules=["q_proj"], rank_pattern={"q_porj": 8}, **more)',
    ];
    await write('src/train.py', `${source.join('\n')}\n`);
    await write('src/other.py', 'print("nothing of ours")\n');
    const { code, stdout, stderr } = await adapterLab(['check', 'src', '--format', 'json'], {
      cwd: folder.path,
      env: { HF_HUB_CACHE: path.join(folder.path, 'cache') },
    });
    assert.equal(code, 1, stderr);
    const { files } = JSON.parse(stdout) as {
      files: { file: string; findings: { id: string; message: string }[] }[];
    };
    assert.deepEqual(
      files.map(({ file, findings }) => [file, findings.map(({ id, message }) => `${id} ${message}`)]),
      [
        [
          'src/train.py',
          [
            'D5 No module of the model is called "v_porj": PEFT goes on with q_proj, 2 modules, and 2 modules fewer than meant.',
          ],
        ],
      ],
    );
    assert.doesNotMatch(stderr, /without the base model/);
  });

  it('refuses a named file that is no config, and goes on with the others', async () => {
    const other = await write('package.json', '{ "name": "other" }');
    const wrong = await write('runs/adapter_config.json', config({ target_modules: ['q_proj', 'w'] }));
    const { code, stdout, stderr } = await check(other, wrong);
    assert.equal(code, 1);
    assert.match(stdout, / D5 /);
    assert.match(stderr, /^experiment-invalid: package\.json is neither an experiment nor a config/m);
    await failsWith(['check', path.join(folder.path, 'none.json')], 'experiment-missing', /none\.json/);
  });

  it('does not pass a folder that holds nothing to check', async () => {
    await write('other/package.json', '{ "name": "other" }');
    const { code, stderr } = await check('other');
    assert.equal(code, 1);
    assert.match(stderr, /^experiment-missing: There is neither an experiment nor a config .* in other\.$/m);
    await write('other/adapter_config.json', config());
    assert.equal((await check('other', 'model')).code, 0);
  });

  it('says which file it cannot read', async () => {
    // A link to itself stops root as well.
    const file = path.join(folder.path, 'runs', 'loop.json');
    await mkdir(path.dirname(file), { recursive: true });
    await symlink('loop.json', file);
    const { code, stderr } = await check(file);
    assert.equal(code, 1);
    assert.match(stderr, /^experiment-missing: The file .*loop\.json /m);
  });

  it('writes SARIF 2.1.0 with places that hold what they say', async () => {
    const name = 'runs und läufe/adapter_config.json';
    const text = config({ task_type: '𝛼', target_modules: ['q_proj', 'v_porj'] });
    await write(name, text);
    const { code, stdout } = await check('.', '--format', 'sarif');
    assert.equal(code, 1);
    const log = sarif.parse(JSON.parse(stdout));
    const [run] = log.runs;
    const { rules } = run!.tool.driver;
    assert.deepEqual(
      rules.slice(0, 3).map(({ id }) => id),
      ['D1', 'D2', 'D3'],
    );
    assert.equal(run!.results.length, 1);
    const [result] = run!.results;
    assert.deepEqual([result!.ruleId, rules[result!.ruleIndex]?.id, result!.level], ['D5', 'D5', 'warning']);
    const { artifactLocation, region } = result!.locations[0]!.physicalLocation;
    assert.deepEqual(artifactLocation, {
      uri: 'runs%20und%20l%C3%A4ufe/adapter_config.json',
      uriBaseId: '%SRCROOT%',
    });
    assert.equal(textAt(text, region), '"v_porj"');
    const [fix] = result!.fixes ?? [];
    assert.equal(fix?.description.text, 'Change to "v_proj"');
    const [replacement] = fix.artifactChanges[0]!.replacements;
    assert.equal(textAt(text, replacement!.deletedRegion), '"v_porj"');
    assert.equal(replacement!.insertedContent.text, '"v_proj"');
  });
});

/** What a region covers, by its own numbers. */
function textAt(text: string, region: z.infer<typeof regionSchema>): string {
  const lines = text.split('\n');
  const offset = (line: number, column: number): number =>
    lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0) + column - 1;
  return text.slice(offset(region.startLine, region.startColumn), offset(region.endLine, region.endColumn));
}

/** The parts of the standard that are used, and nothing else: names and kinds as in its schema. */
const position = z.int().min(1);
const regionSchema = z.strictObject({
  startLine: position,
  startColumn: position,
  endLine: position,
  endColumn: position,
});
const level = z.enum(['none', 'note', 'warning', 'error']);
const message = z.strictObject({ text: z.string().min(1) });
const artifact = z.strictObject({
  uri: z.string().regex(/^[^\s\\]+$/),
  uriBaseId: z.literal('%SRCROOT%').optional(),
});
const sarif = z.strictObject({
  $schema: z.url(),
  version: z.literal('2.1.0'),
  runs: z
    .array(
      z.strictObject({
        tool: z.strictObject({
          driver: z.strictObject({
            name: z.string(),
            semanticVersion: z.string(),
            rules: z.array(
              z.strictObject({
                id: z.string(),
                shortDescription: message,
                helpUri: z.url().optional(),
                defaultConfiguration: z.strictObject({ level }),
              }),
            ),
          }),
        }),
        columnKind: z.literal('utf16CodeUnits'),
        results: z.array(
          z.strictObject({
            ruleId: z.string(),
            ruleIndex: z.int().min(0),
            level,
            message,
            locations: z.array(
              z.strictObject({
                physicalLocation: z.strictObject({ artifactLocation: artifact, region: regionSchema }),
              }),
            ),
            fixes: z
              .array(
                z.strictObject({
                  description: message,
                  artifactChanges: z
                    .array(
                      z.strictObject({
                        artifactLocation: artifact,
                        replacements: z
                          .array(
                            z.strictObject({
                              deletedRegion: regionSchema,
                              insertedContent: z.strictObject({ text: z.string() }),
                            }),
                          )
                          .min(1),
                      }),
                    )
                    .min(1),
                }),
              )
              .optional(),
          }),
        ),
      }),
    )
    .length(1),
});

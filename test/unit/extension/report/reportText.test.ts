import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import fc from 'fast-check';
import { reportText, type ReportFacts } from '../../../../src/extension/report/reportText';
import { namesIn, scrubbedLog, scrubber } from '../../../../src/extension/report/scrub';

const facts: ReportFacts = {
  versions: [['Adapter Lab', '0.1.0']],
  settings: [['adapterLab.device', 'wasm', 'user']],
  devices: [
    {
      device: 'native',
      available: true,
      description: 'ONNX Runtime 1.30.0, 2 threads',
      gflops: 61,
      memoryBytes: 3e9,
    },
    {
      ...{ device: 'tensorflow', available: false, gflops: 0, memoryBytes: 0 },
      description: 'libcudart.so.11.0 is missing in /opt/cuda; Install GPU Runtime fetches it.',
    },
  ],
  engine: 'ready, version 0.1.0 on Node 20.19.0',
  exits: [{ at: '2026-01-02T03:04:05.000Z', code: 'engine-killed' }],
  errors: [],
  workspace: { folders: 1, experiments: 2, configs: { axolotl: 1, peft: 2 }, runs: { done: 3 } },
  log: [],
  names: [],
};

/** Lines as they are written to the log, with what is a user's in the place of each letter in braces. */
const lines: readonly ((folder: string, name: string, words: string) => string)[] = [
  (folder) => `Starting the engine on Node v20.19.0: ${folder}/bin/node, the setting adapterLab.nodePath.`,
  (folder, name) =>
    `[model-missing] The model folder ${folder}/${name} does not exist. Point "model" to a Hugging Face folder.`,
  (folder, name, words) =>
    `[data-line-invalid] ${folder}/${name}.jsonl:3 has the label ${words}, which is no class. Correct it.`,
  (folder, name) => `The model could not be written into ${folder}\\${name}.adapter.yaml.`,
  (_, name) => `models/${name} cannot be read`,
  (_, name) => `../${name}/x y/z`,
  (_, name) => `${name}.adapter.yaml: scored with 12 samples of one task in 3 s`,
  (folder, name) => `tensorflow: could not load '${folder}/${name}/libtensorflow.so.2'`,
  (folder, name) => `file://${folder}/${name}`,
  (_, name, words) => `[engine] ${name} printed ${words}`,
  (_, name, words) => `Error: ${name} "${words}`,
  (folder, name) => `    at run (${folder}/${name}/dist/worker.js:12:34)`,
  (_, name) => `${name}@example.org`,
];
/** As VS Code heads lines, and as the rest of one that holds line breaks. */
const headed = (line: string, isRest: boolean): string =>
  isRest ? line : `2026-11-29 16:21:37.123 [info] ${line}`;

describe('the diagnostic report', () => {
  it('says first that nothing was sent, and holds what helps', () => {
    const text = reportText(facts);
    assert.match(text.split('\n').slice(0, 4).join('\n'), /Nothing of this was sent anywhere/);
    for (const part of [
      '| Adapter Lab | 0.1.0 |',
      '| adapterLab.device | wasm | user |',
      '| native | 61 GFLOP/s | 3 GB | ONNX Runtime 1.30.0, 2 threads |',
      '| tensorflow | refused |  | libcudart.so.11.0 is missing in <path>; Install GPU Runtime fetches it. |',
      'State: ready, version 0.1.0 on Node 20.19.0.',
      '- 2026-01-02T03:04:05.000Z `engine-killed`',
      '- experiments: 2',
      '- configs of trainers: 1 axolotl, 2 peft',
      '- runs: 3 done',
      'No error was shown.',
    ])
      assert.ok(text.includes(part), `${part}\n${text}`);
  });

  it('holds no path and no name that it was given, wherever they stood', () => {
    // Four letters at least, so that a name is not found in the report's own words by chance; Q and Z make it none of them.
    const letters = fc.string({ unit: fc.constantFrom(...'QZqzÄé7'), minLength: 4, maxLength: 9 });
    const spaced = fc.tuple(letters, letters).map(([a, b]) => `${a} ${b}`);
    const name = fc.oneof(letters, spaced);
    fc.assert(
      fc.property(
        fc.array(name, { minLength: 1, maxLength: 3 }),
        name,
        name,
        fc.constantFrom('/home/', 'C:\\Users\\', '/mnt/my disk/'),
        fc.boolean(),
        (parts, file, words, root, isKnown) => {
          const folder = root + parts.join(root.includes('\\') ? '\\' : '/');
          const log = lines.flatMap((line) =>
            [true, false].map((isRest) => headed(line(folder, file, words), isRest)),
          );
          const text = reportText({
            ...facts,
            log,
            devices: [{ ...(facts.devices[1] as object), description: `No library in ${folder}.` } as never],
            // What no experiment names is taken out by its form, but for the bare names of files.
            names: isKnown ? namesIn(folder, file, words) : namesIn(file, words),
          }).toLowerCase();
          for (const secret of [folder, ...parts, file, words])
            assert.ok(!text.includes(secret.toLowerCase()), `${secret} in\n${text}`);
        },
      ),
      { seed: 1, numRuns: 300 },
    );
  });

  it('takes out paths and whatever is quoted that nobody named', () => {
    const scrub = scrubber([]);
    assert.equal(scrub('The model folder /x/My Models/a does not exist.'), 'The model folder <path>');
    assert.equal(scrub('in ~/secret/x, which is "new"'), 'in <path>, which is "…"');
    assert.equal(scrub('C:\\a b\\c: no such file'), '<path>: no such file');
    assert.equal(
      scrub("don't take mail.train.jsonl, version 1.2.3-rc.1"),
      "don't take <name>, version 1.2.3-rc.1",
    );
    assert.equal(scrub('see https://example.org/x and me@example.org'), 'see <address> and <address>');
  });

  it('keeps of the log the times, the codes and the places in our own code', () => {
    const log = [
      '2026-11-29 16:21:37.123 [info] Adapter Lab 0.1.0 activated in 12 ms.',
      '2026-11-29 16:21:38.000 [error] [data-missing] /x/y cannot be read. Check the file.',
      '2026-11-29 16:21:38.100 [error] The engine was killed (SIGKILL). [engine-killed]',
      '2026-11-29 16:21:39.000 [warning] [engine] TypeError: secret is not a function',
      '2026-11-29 16:21:39.000 [warning] [engine]     at score (/x/dist/worker.js:12:34)',
      '    at secret (/x/secret.js:1:2)',
    ];
    assert.deepEqual(scrubbedLog(log, scrubber([])), [
      '2026-11-29 16:21:37.123 [info] Adapter Lab 0.1.0 activated in 12 ms.',
      '2026-11-29 16:21:38.000 [error] [data-missing]',
      '2026-11-29 16:21:38.100 [error] [engine-killed]',
      '2026-11-29 16:21:39.000 [warning] [engine] TypeError…',
      '2026-11-29 16:21:39.000 [warning] at worker.js:12:34',
    ]);
  });

  it('knows the places in every bundle of the host and of the engine', async () => {
    const config = await readFile(path.resolve(__dirname, '../../../../esbuild.config.ts'), 'utf8');
    const parted = /\['onDemand'[^\]]*\]/.exec(config)?.[0] ?? '';
    const names = ['extension', 'worker', ...[...parted.matchAll(/'(\w+)'/g)].map(([, name]) => name ?? '')];
    assert.ok(names.length > 5, parted);
    for (const name of names) {
      assert.deepEqual(scrubbedLog([`    at async run (/home/ada/dist/${name}.js:1:2)`], scrubber([])), [
        `at ${name}.js:1:2`,
      ]);
    }
  });

  it('knows names by the parts of paths, and leaves everybody’s words alone', () => {
    const names = namesIn('/home/ada/acme llama/data/mails.train.jsonl', 'qx');
    for (const name of ['ada', 'acme llama', 'mails.train.jsonl', 'mails.train', 'mails'])
      assert.ok(names.includes(name), name);
    for (const name of ['home', 'data', 'qx', '']) assert.ok(!names.includes(name), name);
  });
});

import { build } from 'esbuild';
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { probeArgument } from '../../src/engine/devices';
import { laneArgument } from '../../src/engine/lanes/messages';
import { leftAfter, liveWith, processesAreListed, type LiveProcess } from '../harness/processTree';
import { tokenizedLines, writeSmallExperiment } from '../unit/engine/smallExperiment';
import { textOf, usual } from '../unit/engine/smallSearches';
import { until } from '../unit/extension/logOf';
import { temporaryFolder } from '../unit/files/temporary';
import { isScoring } from '../unit/worker/longScore';
import { root } from './commandLine';

const marker = 'ADAPTER_LAB_TEST_ORPHANS';
const samples = 20_000;
/** What was started has to be gone within this time, on a busy machine too. */
const seconds = 30;

type Kind = 'window' | 'command' | 'engine' | 'apart' | 'lane';
const kindOf = ({ command }: LiveProcess): Kind => {
  if (command.includes(laneArgument)) return 'lane';
  if (command.includes('--search')) return 'apart';
  if (command.includes('orphanWindow')) return 'window';
  return command.includes('worker.js') ? 'engine' : 'command';
};

/** Whatever way a process ends that has started others, none of them is left. Those of the bundles, as they ship. */
describe('processes that are started', function () {
  this.timeout(120_000);
  const folder = temporaryFolder();
  const at = (...names: string[]): string => path.join(folder.path, ...names);
  const marks: string[] = [];
  let experiment = '';
  let count = 0;

  before(async function () {
    // Who is left is read from /proc.
    if (!processesAreListed) this.skip();
    const text = textOf(usual).replace('samples: 8,', `samples: ${samples}, batch_size: 1,`);
    experiment = await writeSmallExperiment(folder.path, text);
    await writeFile(at('data', 'first.jsonl'), tokenizedLines(samples, 3));
    // One file: a loader would start processes of its own.
    await build({
      entryPoints: [path.join(__dirname, 'orphanWindow.ts')],
      ...{ outfile: at('orphanWindow.js'), bundle: true, platform: 'node', format: 'cjs', logLevel: 'error' },
    });
    // Whoever is sent this signal meets an error that nobody caught.
    const breaks = "process.on('SIGUSR2', () => { throw new Error('broken'); });\n";
    await writeFile(at('broken.cjs'), breaks);
    // A device that never answers, as a driver does that hangs.
    const hangs =
      'WebAssembly.instantiate = WebAssembly.compile = () => new Promise(() => setInterval(() => 0, 1000));\n';
    await writeFile(at('hanging.cjs'), hangs);
  });
  after(() => {
    for (const { pid } of marks.flatMap((mark) => liveWith(marker, mark))) process.kill(pid, 'SIGKILL');
  });

  /** Starts a program and what it starts, all with one mark. */
  function start(args: readonly string[], preload = 'broken.cjs') {
    const mark = randomUUID();
    marks.push(mark);
    const child = spawn(process.execPath, args, {
      cwd: folder.path,
      stdio: ['pipe', 'ignore', 'ignore'],
      env: { ...process.env, [marker]: mark, NODE_OPTIONS: `--require "${at(preload)}"` },
    });
    child.stdin.on('error', () => undefined);
    const live = (): readonly LiveProcess[] => liveWith(marker, mark);
    return {
      child,
      live,
      pidOf: (kind: Kind): number => live().find((one) => kindOf(one) === kind)?.pid ?? 0,
      kinds: (): Kind[] => live().map(kindOf).sort(),
    };
  }

  const worker = path.join(root, 'dist', 'worker.js');
  const window = () => {
    const run = at(`run-${count++}`);
    return { ...start([at('orphanWindow.js'), worker, experiment, run]), run };
  };
  const command = () =>
    start([
      ...[path.join(root, 'bin', 'adapter-lab.mjs'), 'score', '--device', 'native'],
      ...['--model', at('models', 'small'), '--data', at('data', 'first.jsonl')],
      ...['--samples', String(samples), '--batch-size', '1'],
    ]);
  /** Waits for something of a program that goes on meanwhile. */
  const whileAlive = (
    child: ChildProcess,
    so: () => boolean | Promise<boolean>,
    what: string,
  ): Promise<void> =>
    until(
      () => {
        assert.ok(child.exitCode === null && child.signalCode === null, `it ended before ${what}`);
        return so();
      },
      what,
      60_000,
    );
  const scoring = async () => {
    const of = window();
    await whileAlive(of.child, () => isScoring(of.run), 'the score');
    assert.deepEqual(of.kinds(), ['apart', 'engine', 'lane', 'window']);
    return of;
  };

  const ends: readonly (readonly [how: string, end: (of: ReturnType<typeof window>) => unknown])[] = [
    ['is closed', ({ child }) => say(child, 'close')],
    ['ends by itself', ({ child }) => say(child, 'exit')],
    ['meets an error that nobody caught', ({ child }) => say(child, 'break')],
    ...(['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL'] as const).map(
      (signal) => [`gets ${signal}`, ({ child }: ReturnType<typeof window>) => child.kill(signal)] as const,
    ),
  ];
  for (const [how, end] of ends) {
    it(`are gone with the window that ${how}, down to the lanes of a search`, async () => {
      const of = await scoring();
      end(of);
      assert.deepEqual(await leftAfter(seconds, of.live), []);
    });
  }

  it('are gone with a window that is killed while a lane is still starting', async () => {
    const of = window();
    await whileAlive(of.child, () => of.pidOf('lane') > 0, 'the lane');
    of.child.kill('SIGKILL');
    assert.deepEqual(await leftAfter(seconds, of.live), []);
  });

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', 'SIGUSR2'] as const) {
    it(`are gone with the engine that gets ${signal}, while the window stays`, async () => {
      const of = await scoring();
      process.kill(of.pidOf('engine'), signal);
      const others = () => of.live().filter((one) => kindOf(one) !== 'window');
      assert.deepEqual(await leftAfter(seconds, others), []);
      assert.deepEqual(of.kinds(), ['window']);
      say(of.child, 'exit');
    });
  }

  for (const signal of ['SIGKILL', 'SIGUSR2'] as const) {
    it(`are gone with the process of a search that gets ${signal}, while the engine stays`, async () => {
      const of = await scoring();
      process.kill(of.pidOf('apart'), signal);
      const others = () => of.live().filter((one) => ['apart', 'lane'].includes(kindOf(one)));
      assert.deepEqual(await leftAfter(seconds, others), []);
      assert.deepEqual(of.kinds(), ['engine', 'window']);
      say(of.child, 'exit');
      assert.deepEqual(await leftAfter(seconds, of.live), []);
    });
  }

  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGKILL', 'SIGUSR2'] as const) {
    it(`are gone with the command that gets ${signal}, in the middle of a lane's start`, async () => {
      const of = command();
      await whileAlive(of.child, () => of.pidOf('lane') > 0, 'the lane');
      of.child.kill(signal);
      assert.deepEqual(await leftAfter(seconds, of.live), []);
    });
  }

  it('are gone with a list of devices that is killed while a probe hangs', async () => {
    const of = start([path.join(root, 'bin', 'adapter-lab.mjs'), 'devices'], 'hanging.cjs');
    const probe = (): LiveProcess | undefined =>
      of.live().find(({ command: words }) => words.includes(`${probeArgument} native`));
    await whileAlive(of.child, () => probe() !== undefined, 'the probe');
    of.child.kill('SIGKILL');
    assert.deepEqual(await leftAfter(seconds, of.live), []);
  });
});

const say = ({ stdin }: ChildProcess, word: string): unknown => stdin?.write(`${word}\n`);

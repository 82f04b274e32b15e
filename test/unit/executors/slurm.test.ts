import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { readSacct, readSqueue } from '../../../src/executors/slurm/queue';
import { batchScript, sbatchArguments } from '../../../src/executors/slurm/sbatch';

const array = { name: 'adapter-lab-run-0', logs: '/runs/100%/0', command: ['node'], count: 3 };

describe('what Slurm is asked for', () => {
  it('is an array that is put back where its node fails, and warned before its limit', () => {
    assert.deepEqual(sbatchArguments(array, { name: 'slurm' }), [
      '--parsable',
      '--job-name=adapter-lab-run-0',
      '--array=0-2',
      '--output=/runs/100%%/0/%a.log',
      '--open-mode=append',
      '--requeue',
      '--ntasks=1',
      '--signal=B:TERM@60',
    ]);
  });

  it('has all that the experiment says, and its flags last, which so win', () => {
    const settings = {
      ...({ name: 'slurm' } as const),
      ...{ atOnce: 2, account: 'lab', partition: 'gpu', gpus: 'a100:2' },
      ...{ cpus: 4, memory: '16G', time: '2:00:00', flags: ['--qos=high', '--no-requeue'] },
    };
    assert.deepEqual(sbatchArguments(array, settings).slice(2), [
      '--array=0-2%2',
      '--output=/runs/100%%/0/%a.log',
      '--open-mode=append',
      '--requeue',
      '--ntasks=1',
      '--signal=B:TERM@60',
      '--account=lab',
      '--partition=gpu',
      '--gres=gpu:a100:2',
      '--cpus-per-task=4',
      '--mem=16G',
      '--time=2:00:00',
      '--qos=high',
      '--no-requeue',
    ]);
  });

  it('is a script that gives the program its words, whatever they hold', function () {
    if (process.platform === 'win32') this.skip();
    this.timeout(60_000);
    const word = fc.string({ unit: 'grapheme' });
    fc.assert(
      fc.property(fc.array(word, { maxLength: 4 }), (words) => {
        const script = batchScript({
          command: [
            process.execPath,
            '-e',
            'console.log(JSON.stringify(process.argv.slice(1)))',
            '--',
            ...words,
          ],
        });
        const env = { ...process.env, SLURM_ARRAY_TASK_ID: '7' };
        const printed = execFileSync('sh', { input: script, env, encoding: 'utf8' });
        assert.deepEqual(JSON.parse(printed), [...words, '7']);
      }),
      { numRuns: 15 },
    );
  });
});

describe('what Slurm says', function () {
  this.timeout(60_000);
  it('of its queue: who waits and why, who runs and where, who is gone', () => {
    const printed =
      '12_0|RUNNING|n1|None\n12_1|PENDING||Resources\n12_2|NODE_FAIL|n2|None\n\n12_3|COMPLETED|n1|None\n';
    assert.deepEqual(
      [...readSqueue(printed)],
      [
        ['12_0', { state: 'running', where: 'n1' }],
        ['12_1', { state: 'waiting', why: 'Resources' }],
        ['12_2', { state: 'gone', why: 'its node failed (n2)' }],
        ['12_3', { state: 'gone', why: 'its job ended without a result (n1)' }],
      ],
    );
  });

  it('of its accounts, whose steps are no jobs, and whose states name who canceled', () => {
    const printed =
      '12_0|TIMEOUT|n1|0:1\n12_0.batch|CANCELLED|n1|0:15\n12_1|CANCELLED by 1000|None assigned|0:0\n';
    assert.deepEqual(
      [...readSacct(printed)],
      [
        ['12_0', { state: 'gone', why: 'it reached the time limit (n1)' }],
        ['12_1', { state: 'gone', why: 'its job was canceled' }],
      ],
    );
  });

  it('in whatever words, is read without an error', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const state of [...readSqueue(text).values(), ...readSacct(text).values()])
          assert.ok(['waiting', 'running', 'gone'].includes(state.state));
      }),
    );
  });
});

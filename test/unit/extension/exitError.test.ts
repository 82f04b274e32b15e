import assert from 'node:assert/strict';
import { exitError, type Exit } from '../../../src/extension/engineClient/exitError';

const exit = (changes: Partial<Exit>): Exit => ({ code: null, signal: null, stderr: '', ...changes });
const heap = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory';

describe('how an engine ended', () => {
  for (const [name, ended, code, words] of [
    [
      'V8 says that the heap is full',
      exit({ signal: 'SIGABRT', stderr: heap }),
      'out-of-memory',
      /ran out of memory\./,
    ],
    ['the same behind a shell', exit({ code: 134, stderr: heap }), 'out-of-memory', /ran out of memory\./],
    ['an abort without words', exit({ signal: 'SIGABRT' }), 'out-of-memory', /most often means/],
    ['C++ had no memory', exit({ code: 1, stderr: 'what(): std::bad_alloc' }), 'out-of-memory', /memory/],
    ['killed, or the kernel was short of memory', exit({ signal: 'SIGKILL' }), 'engine-killed', /look alike/],
    ['asked to end from outside', exit({ signal: 'SIGTERM' }), 'engine-killed', /SIGTERM/],
    ['a fault in native code', exit({ signal: 'SIGSEGV' }), 'engine-crashed', /SIGSEGV/],
    [
      'an exception',
      exit({ code: 1, stderr: 'TypeError: x is no function\n    at f (a.js:1:1)\n' }),
      'engine-crashed',
      /exit code 1\): TypeError: x is no function\.$/,
    ],
    ['an end in good order, but too early', exit({ code: 0 }), 'engine-crashed', /before it had answered/],
    ['never started', exit({ startError: new Error('spawn node ENOENT') }), 'engine-node-missing', /ENOENT/],
  ] as const) {
    it(`is told apart: ${name}`, () => {
      const error = exitError(ended);
      assert.equal(error.code, code);
      assert.match(error.message, words);
      assert.ok(error.next.length > 0);
    });
  }
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { failuresOf, reportOf } from '../../../scripts/lib/failures';
import { temporaryFolder } from '../files/temporary';

const mocha = path.resolve(__dirname, '../../../node_modules/mocha/bin/mocha.js');

const files = {
  'plans.js': `
    const assert = require('node:assert/strict');
    describe('a ladder of plans', () => {
      it('passes', () => undefined);
      it('takes the best that fits', () => assert.equal(1, 2));
      describe('with a budget', () => {
        it('keeps it', () => { throw new Error('Not kept:\\n  1) rank 8\\n\\n  5) rank 4'); });
      });
    });`,
  'folders.js': `
    describe('a folder', () => {
      before(() => { throw new Error('No space left.'); });
      it('is not reached', () => undefined);
    });
    describe('what waits', () => {
      it('ends', function (done) { this.timeout(20); });
    });`,
  'killed.js': `
    describe('a worker', () => {
      it('is killed', () => process.kill(process.pid, 'SIGKILL'));
    });`,
  'broken.js': 'describe(',
  'loud.js': `it('passes', () => console.log('  1 passing\\n  2 failing\\n\\n  1) of another run'));`,
};

/** What `npm test` shows at its end, out of what Mocha really prints. */
describe('the failures of a suite', () => {
  const folder = temporaryFolder();
  before(() =>
    Object.entries(files).forEach(([name, text]) => writeFileSync(path.join(folder.path, name), text)),
  );
  const outputOf = (...args: string[]): string => {
    const { stdout, stderr } = spawnSync(process.execPath, [mocha, '--exit', ...args], {
      cwd: folder.path,
      encoding: 'utf8',
      env: { ...process.env, FORCE_COLOR: '1' },
    });
    return stdout + stderr;
  };
  const unit = { name: 'unit', counts: 'mocha' } as const;
  const textsOf = (output: string): string[] =>
    failuresOf(unit, output).map(({ suite, lines }) => {
      assert.equal(suite, 'unit');
      return lines.join('\n');
    });

  for (const [how, args] of [
    ['one by one', []],
    ['in parallel', ['--parallel', '--jobs', '2']],
  ] as const) {
    it(`are those of Mocha, ${how}: title path, message, own lines of the stack`, () => {
      const texts = textsOf(outputOf(...args, 'plans.js', 'folders.js'));
      const only = (pattern: RegExp): string => {
        const those = texts.filter((text) => pattern.test(text));
        assert.equal(those.length, 1, `${pattern} in\n${texts.join('\n')}`);
        return those[0]!;
      };
      assert.equal(texts.length, 4, texts.join('\n'));
      assert.match(only(/a ladder of plans\n +takes the best that fits:/), /1 !== 2[^]*plans\.js:5:/);
      // What looks like the next failure is a part of the message.
      assert.match(
        only(/a ladder of plans\n +with a budget\n +keeps it:/),
        /1\) rank 8\n\n {2}5\) rank 4\n[^]*plans\.js:7:/,
      );
      assert.match(only(/a folder\n +"before all" hook/), /No space left\.\n +at .*folders\.js:3:/);
      only(/what waits\n +ends:\n +Error: Timeout of 20ms/);
      assert.doesNotMatch(only(/No space left/), /node:internal/);
    });
  }

  it('are not what a test prints that looks like them', () => {
    const texts = textsOf(outputOf('loud.js', 'plans.js'));
    assert.deepEqual(
      texts.map((text) => /a ladder of plans/.test(text)),
      [true, true],
    );
  });

  it('are where a worker was killed, among others, or a file cannot be read', () => {
    const killed = textsOf(outputOf('--parallel', '--jobs', '2', 'plans.js', 'killed.js'));
    assert.equal(killed.length, 3);
    assert.match(killed.join('\n'), /Worker terminated[^]*SIGKILL/);
    const [broken, ...more] = textsOf(outputOf('--parallel', '--jobs', '2', 'broken.js'));
    assert.match(broken!, /broken\.js:1[^]*SyntaxError/);
    assert.deepEqual(more, []);
  });

  it('are the end of the output where Mocha itself ended', () => {
    assert.match(textsOf(outputOf('broken.js'))[0]!, /broken\.js:1[^]*SyntaxError/);
    const [killed, ...more] = textsOf(outputOf('plans.js', 'killed.js'));
    assert.match(killed!, /a worker$/);
    assert.deepEqual(more, []);
    const long = Array.from({ length: 500 }, (_, line) => `line ${line}`);
    assert.deepEqual(
      failuresOf(unit, long.join('\n')).map(({ lines }) => [lines.length, lines.at(-1)]),
      [[40, 'line 499']],
    );
  });

  it('are the end of what a check printed', () => {
    const output = 'src/a.ts(1,2): error TS2304\n\nFound 1 error.\n';
    assert.deepEqual(failuresOf({ name: 'types', counts: 'check' }, output), [
      { suite: 'types', lines: ['src/a.ts(1,2): error TS2304', '', 'Found 1 error.'] },
    ]);
  });

  it('end before the closing line of a run that has its own', () => {
    const output = `${outputOf('plans.js')}\n1 passed, 2 failed\n`;
    const texts = failuresOf({ name: 'window', counts: 'counts' }, output).map(({ lines }) => lines);
    assert.equal(texts.length, 2);
    assert.match(texts[1]!.at(-1)!, /plans\.js:7:/);
  });

  it('share the room that there is, and say how many are left out', () => {
    const failure = (lines: number) => ({
      suite: 'unit',
      lines: Array.from({ length: lines }, (_, line) => `line ${line}`),
    });
    const lengthOf = (report: string): number => report.split('\n').length;
    assert.equal(reportOf([]), '');
    assert.equal(lengthOf(reportOf([failure(5)])), 7);
    const one = reportOf([failure(1000)]);
    assert.equal(lengthOf(one), 150);
    // What failed and where are both seen.
    assert.match(one, /^\n\[unit\]\nline 0\n[^]*\nline 999$/);
    const many = reportOf(Array.from({ length: 100 }, () => failure(30)));
    assert.ok(lengthOf(many) <= 152, String(lengthOf(many)));
    assert.match(many, /… and 85 more, above\.$/);
  });
});

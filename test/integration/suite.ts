/** The end of the runner that lies inside the extension host: Mocha over the bundled tests, reporting into a file. */
import { appendFileSync } from 'node:fs';
import { format } from 'node:util';
import { takeCoverage } from 'node:v8';
import Mocha from 'mocha';

/** Loads the tests once Mocha's `describe` and `it` are there, runs them, and throws when one fails. */
export async function runSuite(loadTests: () => void): Promise<void> {
  const file = process.env['ADAPTER_LAB_REPORT']!;
  const write = (...values: unknown[]): void => appendFileSync(file, `${format(...values)}\n`);
  // VS Code takes console.log for its own log, which ignores assignment and loses order; Mocha's way out is this one.
  Mocha.reporters.Base.consoleLog = write;
  const pattern = process.env['ADAPTER_LAB_GREP'];
  const mocha = new Mocha({ timeout: 60_000, slow: 2000, ...(pattern ? { grep: pattern } : {}) });
  mocha.suite.emit('pre-require', globalThis, '', mocha);
  try {
    loadTests();
  } catch (error) {
    write('The tests could not be loaded:', error);
    write('0 passed, 1 failed');
    throw error;
  }
  const failures = await new Promise<number>((resolve) => {
    const runner = mocha.run((failed) => {
      write(`${runner.stats?.passes ?? 0} passed, ${failed} failed`);
      resolve(failed);
    });
  });
  // The host is killed afterwards, so what it would write at its exit has to be written now.
  if (process.env['NODE_V8_COVERAGE']) takeCoverage();
  if (failures > 0) throw new Error(`${failures} failed`);
}

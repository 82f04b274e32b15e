import { Session } from '../test/harness/session';
import { describeMachine, median, writeResult } from './results';

/**
 * How long the extension takes to activate, in VS Code's real extension host, as the extension itself measures it: from
 * the first line of its bundle's `activate` to its end. One window a run, so that nothing is warm but the disk.
 *
 *     npm run bench -- activation
 */
const runs = 5;

interface Api {
  readonly activationMs: number;
}

export async function benchActivation(): Promise<void> {
  const times: number[] = [];
  let vscodeVersion = '';
  for (let run = 0; run < runs; run++) {
    const session = await Session.start();
    try {
      await session.workbench.active('adapter-lab.adapter-lab');
      const measured = await session.workbench.evaluate((vscode) => ({
        version: vscode.version,
        milliseconds: (vscode.extensions.getExtension('adapter-lab.adapter-lab')?.exports as Api)
          .activationMs,
      }));
      times.push(measured.milliseconds);
      vscodeVersion = measured.version;
    } finally {
      await session.stop();
    }
  }
  writeResult('activation', {
    machine: describeMachine(),
    vscode: vscodeVersion,
    milliseconds: times,
    medianMilliseconds: median(times),
  });
}

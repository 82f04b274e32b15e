import * as vscode from 'vscode';
import { toLabError, type ErrorCode, type LabError } from '../shared/errors';
import type { CommandId } from '../shared/ids';
import type { Dialogs } from './dialogs';
import { RecentErrors } from './recentErrors';

/** Something the user can do about an error, as a button beside it. */
export interface Remedy {
  readonly title: string;
  readonly run: () => unknown;
}

const execute =
  (command: string, ...args: unknown[]) =>
  (): unknown =>
    vscode.commands.executeCommand(command, ...args);
/** A button that runs one of our commands. */
export const ours = (command: CommandId, title: string, ...given: unknown[]): Remedy => ({
  title,
  run: execute(command, ...given),
});

/** What helps whatever was being done; whoever shows an error may know better. */
const remedies: Partial<Record<ErrorCode, Remedy>> = {
  'engine-node-missing': {
    title: 'Open Settings',
    run: execute('workbench.action.openSettings', 'adapterLab.nodePath'),
  },
  'device-unavailable': ours('adapterLab.selectDevice', 'Select Device'),
  'restricted-mode': { title: 'Manage Trust', run: execute('workbench.trust.manage') },
  'not-a-repository': { title: 'Initialize Repository', run: execute('git.init') },
};

/** The one place where errors come before the user: a sentence, the next step, a button that does it, and the log. */
export class Presenter {
  /** The last error that was shown. */
  last: LabError | undefined;
  readonly shown = new RecentErrors();

  constructor(
    private readonly dialogs: Dialogs,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** Shows an error, unless it is only that the user cancelled. Does not wait for the answer. */
  error(thrown: unknown, remedy?: Remedy | ((code: ErrorCode) => Remedy | undefined)): LabError {
    const error = toLabError(thrown);
    if (error.kind === 'cancelled') {
      this.log.info(error.message);
      return error;
    }
    this.last = error;
    this.shown.add(error);
    this.log.error(`[${error.code}] ${error.message} ${error.next}`);
    // What is ours is said in full; only for surprises does the stack say more.
    if (error.code === 'internal' && error.cause instanceof Error) this.log.error(error.cause);
    const own = typeof remedy === 'function' ? remedy(error.code) : remedy;
    void this.offer('error', `${error.message} ${error.next}`, own ?? remedies[error.code]);
    return error;
  }

  /** A word for the log alone. */
  note(message: string): void {
    this.log.info(message);
  }

  /** Shows a sentence with buttons; a last one opens the log where something is wrong. */
  async offer(
    kind: 'information' | 'warning' | 'error',
    message: string,
    ...given: readonly (Remedy | undefined)[]
  ): Promise<void> {
    const remedies = given.filter((one) => one !== undefined);
    const titles = remedies.map(({ title }) => title);
    const buttons = [...titles, ...(kind === 'information' ? [] : ['Show Log'])];
    const answer = await this.dialogs.ask({ kind, message, buttons });
    if (answer === undefined) return;
    const remedy = remedies.find(({ title }) => title === answer);
    if (remedy) await remedy.run();
    else this.log.show();
  }
}

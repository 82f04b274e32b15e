import * as vscode from 'vscode';
import { pageTabs, type PageTab } from '../../shared/webviewProtocol';

/** What a command may be given in the place of a file: a row of the side bar, or a page. Absolute paths. */
export interface Target {
  readonly experiment: string;
  /** The run's folder, where it is about one. */
  readonly run?: string | undefined;
  /** The part of the run's page that it is about; where absent, the page shows what it did. */
  readonly tab?: PageTab;
}

/** What a command was given, as far as that is known. */
export interface Given {
  readonly file: unknown;
  readonly run: string | undefined;
  readonly tab: PageTab | undefined;
}

/** The file that a command was given, directly or by a `Target`; anything else as it is. And the run, where there is one. */
export function targetOf(given: unknown): Given {
  const { experiment, run, tab } = (given ?? {}) as Partial<Record<keyof Target, unknown>>;
  if (typeof experiment !== 'string') return { file: given, run: undefined, tab: undefined };
  return {
    file: vscode.Uri.file(experiment),
    run: typeof run === 'string' ? run : undefined,
    tab: pageTabs.find((known) => known === tab),
  };
}

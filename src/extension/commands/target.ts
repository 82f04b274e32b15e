import * as vscode from 'vscode';

/** What a command may be given in the place of a file: a row of the side bar, or a page. Absolute paths. */
export interface Target {
  readonly experiment: string;
  /** The run's folder, where it is about one. */
  readonly run?: string | undefined;
}

/** The file that a command was given, directly or by a `Target`; anything else as it is. And the run, where there is one. */
export function targetOf(given: unknown): { readonly file: unknown; readonly run: string | undefined } {
  const { experiment, run } = (given ?? {}) as Partial<Record<keyof Target, unknown>>;
  if (typeof experiment !== 'string') return { file: given, run: undefined };
  return { file: vscode.Uri.file(experiment), run: typeof run === 'string' ? run : undefined };
}

import type * as vscode from 'vscode';

/** Where it is remembered that the next window that opens a folder shows the sample in it. */
const key = 'adapterLab.sample';

/** A sample that is being opened. */
export interface OpenedSample {
  /** Absolute. */
  readonly folder: string;
  /** Whether the walkthrough, which it was opened from, comes along. */
  readonly walkthrough: boolean;
}

export const openedSample = (memory: vscode.Memento): OpenedSample | undefined => memory.get(key);

export const rememberSample = (memory: vscode.Memento, opened: OpenedSample | undefined): Thenable<void> =>
  memory.update(key, opened);

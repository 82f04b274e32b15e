import { stat } from 'node:fs/promises';

/** Whether there is a file, and not a folder, of that path. */
export const isFile = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isFile() === true;

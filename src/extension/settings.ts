import * as vscode from 'vscode';
import { settings as defaults, type SettingKey } from '../shared/ids';
import { deviceChoices } from './deviceChoices';
import type { DeviceChoice } from './runs/jobs';

type Value<K extends SettingKey> = (typeof defaults)[K] extends boolean ? boolean : string;

const section = 'adapterLab';

/** A setting's value; a value of another type, which a settings file may hold, counts as the default. */
export function setting<K extends SettingKey>(key: K): Value<K> {
  const value: unknown = vscode.workspace.getConfiguration(section).get(key);
  return (typeof value === typeof defaults[key] ? value : defaults[key]) as Value<K>;
}

/** The chosen device; unknown names count as `auto`. */
export function deviceSetting(): DeviceChoice {
  const named = setting('device');
  return deviceChoices.find((choice) => choice === named) ?? 'auto';
}

/** Writes the device where the setting is set already, else for the user. */
export async function writeDevice(device: DeviceChoice): Promise<void> {
  const configuration = vscode.workspace.getConfiguration(section);
  const inWorkspace = configuration.inspect('device')?.workspaceValue !== undefined;
  await configuration.update(
    'device',
    device,
    inWorkspace ? vscode.ConfigurationTarget.Workspace : vscode.ConfigurationTarget.Global,
  );
}

/** Calls back when one of the settings changes. */
export const onSetting = (keys: readonly SettingKey[], changed: () => void): vscode.Disposable =>
  vscode.workspace.onDidChangeConfiguration((event) => {
    if (keys.some((key) => event.affectsConfiguration(`${section}.${key}`))) changed();
  });

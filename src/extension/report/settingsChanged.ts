import * as vscode from 'vscode';
import { settings, type SettingKey } from '../../shared/ids';

/** Settings that differ from their defaults: of texts and lists no more than that they are set. */
export function settingsChanged(): [key: string, value: string, place: string][] {
  const configuration = vscode.workspace.getConfiguration('adapterLab');
  return (Object.keys(settings) as SettingKey[]).flatMap((key): [string, string, string][] => {
    const found = configuration.inspect<unknown>(key);
    const places = [
      ['folder', found?.workspaceFolderValue],
      ['workspace', found?.workspaceValue],
      ['user', found?.globalValue],
    ] as const;
    return places.flatMap(([place, value]): [string, string, string][] =>
      value === undefined || value === settings[key] ? [] : [[`adapterLab.${key}`, valueText(value), place]],
    );
  });
}

/** A word is one of a list, or anything that was typed in its place: only what looks like the first is told. */
function valueText(value: unknown): string {
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  if (typeof value === 'string') return /^[a-z]{1,12}$/.test(value) ? value : 'set';
  if (Array.isArray(value)) return `${value.length} entries`;
  return typeof value === 'object' && value !== null ? `${Object.keys(value).length} entries` : 'set';
}

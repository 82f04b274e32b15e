import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The themes that pages are looked at in, by the names of VS Code's settings. */
export const themes = {
  light: 'Default Light Modern',
  dark: 'Default Dark Modern',
  'high-contrast': 'Default High Contrast',
  'high-contrast-light': 'Default High Contrast Light',
} as const;
export type Theme = keyof typeof themes;

/** Settings under which nothing moves, asks or calls out by itself. Each line ends a way in which tests failed. */
export const quietSettings: Readonly<Record<string, unknown>> = {
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'workbench.enableExperiments': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'remote.autoForwardPorts': false,
  'files.autoSave': 'off',
  'files.hotExit': 'off',
  'editor.cursorBlinking': 'solid',
  'window.autoDetectHighContrast': false,
  'window.autoDetectColorScheme': false,
  'git.autofetch': false,
  'git.openRepositoryInParentFolders': 'never',
};

/** Writes the user's settings into a data folder that has none; settings that are there are left as they are. */
export function writeSettingsOnce(dataFolder: string, settings: Readonly<Record<string, unknown>>): void {
  const file = join(dataFolder, 'User', 'settings.json');
  if (existsSync(file)) return;
  mkdirSync(join(dataFolder, 'User'), { recursive: true });
  writeFileSync(file, `${JSON.stringify(settings, null, 2)}\n`);
}

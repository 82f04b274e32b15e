import type * as vscode from 'vscode';
import { formatBytes, formatSpeed } from '../../shared/format';
import type { DeviceReport } from '../../shared/protocol';
import { deviceChoices } from '../deviceChoices';
import type { DeviceChoice } from '../runs/jobs';

export interface DeviceItem extends vscode.QuickPickItem {
  /** Undefined where the device cannot be chosen. */
  readonly choice: DeviceChoice | undefined;
}

/** The devices as rows of a quick pick; those that are refused say why and cannot be chosen. */
export function deviceItems(reports: readonly DeviceReport[], current: DeviceChoice): DeviceItem[] {
  const mark = (choice: DeviceChoice): string => (choice === current ? ' (current)' : '');
  const first = reports.find(({ available }) => available);
  return [
    {
      choice: 'auto',
      label: 'auto',
      description: `the first that works${mark('auto')}`,
      detail: first ? `On this machine: ${first.device}` : 'None works on this machine',
    },
    ...reports.map(({ device, available, gflops, memoryBytes, description }): DeviceItem => {
      const choice = deviceChoices.find((known) => known === device);
      if (!available) {
        return {
          choice: undefined,
          label: `$(circle-slash) ${device}`,
          description: 'refused',
          detail: description,
        };
      }
      const facts = [
        ...(gflops > 0 ? [formatSpeed(gflops)] : []),
        ...(memoryBytes > 0 ? [formatBytes(memoryBytes)] : []),
      ];
      return {
        choice,
        label: device,
        description: `${facts.join(', ')}${choice ? mark(choice) : ''}`,
        detail: description,
      };
    }),
  ];
}

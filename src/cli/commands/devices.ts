import type { Command } from 'commander';
import { listDevices } from '../../engine/devices';
import { formatBytes, formatSpeed } from '../../shared/format';
import { print } from '../terminal';

/** `adapter-lab devices`: what can compute here, how fast, and why the others cannot. */
export function addDevices(program: Command): void {
  program
    .command('devices')
    .description('list the devices that can compute here, with their speed, and why others cannot')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const devices = await listDevices();
      if (json === true) {
        print(JSON.stringify({ version: 1, devices }, null, 2));
        return;
      }
      for (const { device, available, description, gflops, memoryBytes } of devices) {
        const facts = available
          ? [formatSpeed(gflops), memoryBytes > 0 ? formatBytes(memoryBytes) : '']
          : ['refused', ''];
        print([device.padEnd(11), facts[0]?.padEnd(14), facts[1]?.padEnd(8), description].join(''));
      }
    });
}

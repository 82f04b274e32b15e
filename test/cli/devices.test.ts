import assert from 'node:assert/strict';
import * as z from 'zod';
import { deviceReportSchema, type DeviceReport } from '../../src/shared/protocol';
import { adapterLab } from './commandLine';

const answer = z.strictObject({ version: z.literal(1), devices: z.array(deviceReportSchema) });

describe('adapter-lab devices', () => {
  let reports: readonly DeviceReport[] = [];

  it('prints every device as JSON, with its speed or why it is refused', async () => {
    const { code, stdout, stderr } = await adapterLab(['devices', '--json']);
    assert.equal(code, 0, stderr);
    reports = answer.parse(JSON.parse(stdout)).devices;
    assert.deepEqual(
      reports.map(({ device }) => device),
      ['tensorflow', 'webgpu', 'native', 'wasm'],
    );
    for (const { device, available, gflops, memoryBytes, description } of reports) {
      assert.equal(gflops > 0, available);
      // Of a card it is not always known.
      if (device !== 'webgpu') assert.equal(memoryBytes > 0, available);
      assert.match(description, available ? /CPU|GPU/ : /\.$/);
    }
    assert.ok(reports.some(({ available }) => available));
  });

  it('prints a line for each', async () => {
    const { code, stdout } = await adapterLab(['devices']);
    assert.equal(code, 0);
    const lines = stdout.trimEnd().split('\n');
    assert.equal(lines.length, 4);
    for (const line of lines)
      assert.match(
        line,
        /^(tensorflow|webgpu|native|wasm) +([\d.]+ [GT]FLOP\/s +([\d.]+ [GM]B)?|refused) +\S/,
      );
  });
});

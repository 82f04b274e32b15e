import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseMemInfo } from '../../../../src/tensors/machine/linuxCards';
import { parseReport } from '../../../../src/tensors/machine/glibc';
import { parseLdconfig } from '../../../../src/tensors/machine/libraries';
import { parseSystemProfiler } from '../../../../src/tensors/machine/macCards';
import { parseManifest } from '../../../../src/tensors/machine/manifests';
import { parseInformation, parseModuleVersion, parseNvidiaSmi } from '../../../../src/tensors/machine/nvidia';
import { parseOsRelease } from '../../../../src/tensors/machine/packages';
import { parsePciIds, parseUevent } from '../../../../src/tensors/machine/pci';
import { laterThan } from '../../../../src/tensors/machine/versions';
import { parseVideoControllers } from '../../../../src/tensors/machine/windowsCards';
import { ldconfig } from './fakeMachine';
import { controllers } from './machines';

describe('parsers of what a machine says', () => {
  it('take no complaint of nvidia-smi for a card', () => {
    for (const complaint of [
      "NVIDIA-SMI has failed because it couldn't communicate with the NVIDIA driver. Make sure that the latest NVIDIA driver is installed and running.",
      'Failed to initialize NVML: Driver/library version mismatch\nNVML library version: 550.90',
      'No devices were found',
      'Unable to determine the device handle for GPU0: 0000:01:00.0: Unknown Error',
      'NVIDIA GeForce RTX 4090, 24564',
      'name, memory.total [MiB], memory.free [MiB], driver_version, pci.bus_id',
      '',
    ]) {
      assert.deepEqual(parseNvidiaSmi(complaint), [], complaint);
    }
  });

  it('write the bus of nvidia-smi as Linux does', () => {
    const [row] = parseNvidiaSmi('Tesla T4, 15360, 15000, 535.104.05, 00000001:AF:00.0');
    assert.equal(row?.slot, '0001:af:00.0');
    assert.equal(row?.card.name, 'NVIDIA Tesla T4');
  });

  it('read the version of both kernel modules of NVIDIA', () => {
    const open =
      'NVRM version: NVIDIA UNIX Open Kernel Module for x86_64  570.86.16  Release Build  (dvs-builder)';
    assert.equal(parseModuleVersion(open), '570.86.16');
    const closed = 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  470.256  Thu May  2 00:37:44 UTC 2024';
    assert.equal(parseModuleVersion(closed), '470.256');
    assert.equal(parseModuleVersion('GCC version:  gcc version 13.2.0 (Ubuntu)'), undefined);
  });

  it('read the model out of the information of a card', () => {
    assert.equal(parseInformation('Model: \t\t NVIDIA A10\nIRQ:   \t\t 187'), 'NVIDIA A10');
    assert.equal(parseInformation('Model: \nIRQ: 1'), undefined);
  });

  it('name a chip that has no product', () => {
    const list =
      '8086  Intel Corporation\n\t4680  AlderLake-S GT1\n10de  NVIDIA Corporation\n\t2684  AD102 [GeForce RTX 4090]';
    assert.equal(parsePciIds(list, '8086', '4680'), 'AlderLake-S GT1');
    assert.equal(parsePciIds(list, '8086', '2684'), undefined);
    assert.equal(parsePciIds(list, '1002', '2684'), undefined);
  });

  it("take libraries of this machine's architecture out of ldconfig's cache", () => {
    const both = [
      ldconfig(['/usr/lib32/libz.so.1'], 'libc6'),
      ldconfig(['/lib/x86_64-linux-gnu/libz.so.1'], 'libc6,x86-64, OS ABI: Linux 3.2.0'),
      ldconfig(['/lib/aarch64-linux-gnu/libz.so.1'], 'libc6,AArch64'),
    ].join('\n');
    const found = (arch: string): (string | undefined)[] => [
      parseLdconfig(both, arch).get('libz.so.1'),
      parseLdconfig(both, arch).get('libz.so'),
    ];
    assert.deepEqual(found('x64'), ['/lib/x86_64-linux-gnu/libz.so.1', undefined]);
    assert.deepEqual(found('arm64'), ['/lib/aarch64-linux-gnu/libz.so.1', undefined]);
    assert.deepEqual(found('riscv64'), ['/usr/lib32/libz.so.1', undefined]);
  });

  it('know a distribution by its family', () => {
    const cases = [
      ['ID=ubuntu\nID_LIKE=debian', 'ubuntu'],
      ['NAME="Linux Mint"\nID=linuxmint\nID_LIKE="ubuntu debian"', 'ubuntu'],
      ['ID="rocky"\nID_LIKE="rhel centos fedora"', 'fedora'],
      ['ID="opensuse-tumbleweed"\nID_LIKE="opensuse suse"', 'suse'],
      ['ID=manjaro\nID_LIKE=arch', 'arch'],
      ['VARIANT_ID=debian\nID=nixos', undefined],
    ] as const;
    for (const [text, family] of cases) assert.equal(parseOsRelease(text), family, text);
  });

  it("tell Windows' cards with memory of their own by their names", () => {
    const shared = (Name: string, PNPDeviceID: string): boolean | undefined =>
      parseVideoControllers(JSON.stringify({ Name, PNPDeviceID }))[0]?.shared;
    for (const name of [
      'Intel(R) Arc(TM) A770 Graphics',
      'Intel(R) Arc(TM) B580 Graphics',
      'Intel(R) Iris(R) Xe MAX Graphics',
    ]) {
      assert.equal(shared(name, 'PCI\\VEN_8086&DEV_1'), undefined, name);
    }
    for (const name of [
      'Intel(R) Arc(TM) Graphics',
      'Intel(R) Arc(TM) 140V GPU',
      'Intel(R) Iris(R) Xe Graphics',
    ]) {
      assert.equal(shared(name, 'PCI\\VEN_8086&DEV_1'), true, name);
    }
    for (const name of ['AMD Radeon RX 7900 XTX', 'AMD Radeon Pro W6800', 'Radeon RX 580 Series']) {
      assert.equal(shared(name, 'PCI\\VEN_1002&DEV_1'), undefined, name);
    }
    for (const name of [
      'AMD Radeon(TM) Graphics',
      'AMD Radeon(TM) 780M',
      'AMD Radeon(TM) 8060S Graphics',
      'AMD Radeon(TM) Vega 8 Graphics',
    ]) {
      assert.equal(shared(name, 'PCI\\VEN_1002&DEV_1'), true, name);
    }
  });

  it('read a lone controller of Windows, and memory below 4 GiB', () => {
    const [card] = parseVideoControllers(JSON.stringify({ ...controllers.amd, AdapterRAM: 2147483648 }));
    assert.equal(card?.memoryBytes, 2147483648);
  });

  it('order versions by their numbers', () => {
    assert.deepEqual(
      [laterThan('450.80.02', '450.80.1'), laterThan('450.80.02', '450.80.2'), laterThan('2.34', '2.4')],
      [true, false, true],
    );
    assert.deepEqual([laterThan('450', '450.0'), laterThan('450.1', '450')], [false, true]);
  });

  it('never throw', () => {
    const json = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc.json().map((text) => `{"SPDisplaysDataType":${text},"ICD":${text}}`),
    );
    const lines = fc
      .array(
        fc.oneof(
          fc.string(),
          fc.constantFrom(
            '10de  NVIDIA',
            '\t2684  [',
            'Model:',
            'ID=',
            'NVRM version: 5',
            'a, b, 1.2',
            '\tlib (libc6) => x',
          ),
        ),
      )
      .map((all) => all.join('\n'));
    const parsers: readonly ((text: string) => unknown)[] = [
      parseNvidiaSmi,
      parseModuleVersion,
      parseInformation,
      parseUevent,
      (text) => parsePciIds(text, '10de', '2684'),
      (text) => parseLdconfig(text, 'x64'),
      parseOsRelease,
      parseManifest,
      parseMemInfo,
      parseSystemProfiler,
      parseVideoControllers,
      (text) => parseReport({ header: { glibcVersionRuntime: text } }),
      (text) => laterThan(text, '1.2'),
    ];
    fc.assert(
      fc.property(fc.oneof(json, lines), (text) => {
        for (const parse of parsers) parse(text);
      }),
      { numRuns: 500, seed: 8 },
    );
  });
});

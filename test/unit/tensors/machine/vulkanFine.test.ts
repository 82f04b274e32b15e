import assert from 'node:assert/strict';
import { findCards } from '../../../../src/tensors/machine/cards';
import { vulkanTrouble } from '../../../../src/tensors/machine/vulkan';
import { changed, fakeMachine, manifest, onPci, type Machine } from './fakeMachine';
import * as machines from './machines';
import { vulkanTroubleOf } from './troubles';

const lib = '/usr/lib/x86_64-linux-gnu';

describe('vulkanTrouble: nothing is missing', () => {
  const fine: readonly [what: string, machine: Machine][] = [
    ['on a desktop with an RTX 4090', machines.rtx4090],
    ['on Fedora with a Radeon', machines.rx7900],
    ['on a laptop with two cards', machines.laptop],
    ['with an Intel Arc', machines.arc],
    ["with an AMD processor's graphics", machines.apu],
    ['on a Raspberry Pi', machines.raspberry],
    ['on an M2', machines.m2],
    ['on a Mac with a Radeon', machines.macPro],
    ['on Windows', machines.windows],
    [
      'where a manifest is only in the home folder',
      changed(
        machines.rx7900,
        {
          env: { HOME: '/home/me' },
          files: {
            '/home/me/.local/share/vulkan/icd.d/amd_icd64.json': manifest('/usr/lib64/libvulkan_radeon.so'),
          },
        },
        ['/usr/share/vulkan'],
      ),
    ],
    [
      'where VK_DRIVER_FILES names a folder with the manifest',
      changed(machines.rx7900, { env: { VK_DRIVER_FILES: '/usr/share/vulkan/icd.d' } }),
    ],
    [
      'where VK_ADD_DRIVER_FILES adds the manifest, whose library is named from there',
      changed(
        machines.rx7900,
        {
          env: { VK_ADD_DRIVER_FILES: '/opt/mesa/share/radeon_icd.json' },
          files: {
            '/opt/mesa/share/radeon_icd.json': manifest('../lib/libvulkan_radeon.so'),
            '/opt/mesa/lib/libvulkan_radeon.so': '',
          },
        },
        ['/usr/share/vulkan'],
      ),
    ],
    [
      'where the loader is only in LD_LIBRARY_PATH',
      changed(machines.noLoader, {
        env: { LD_LIBRARY_PATH: '/opt/vk' },
        files: { '/opt/vk/libvulkan.so.1': '' },
      }),
    ],
    [
      'where ldconfig is only in /sbin',
      changed(
        machines.rtx4090,
        { commands: { '/sbin/ldconfig -p': machines.rtx4090.commands!['ldconfig -p']! } },
        ['ldconfig'],
      ),
    ],
    [
      'in a container with the graphics capability',
      changed(machines.container, {
        files: { '/etc/vulkan/icd.d/nvidia_icd.json': manifest('libGLX_nvidia.so.0') },
        commands: { 'ldconfig -p': machines.rtx4090.commands!['ldconfig -p']! },
      }),
    ],
    [
      'in a virtual machine whose host computes (venus)',
      changed(machines.arc, {
        files: {
          ...onPci('0000:00:02.0', { class: '0x030000', id: '1af4:1050', driver: 'virtio-pci' }),
          '/usr/share/vulkan/icd.d/virtio_icd.json': manifest('libvulkan_intel.so'),
        },
      }),
    ],
    [
      "in WSL with Mesa's driver for it",
      changed(machines.wsl, {
        files: {
          '/usr/share/vulkan/icd.d/dzn_icd.x86_64.json': manifest('libvulkan_dzn.so'),
          [`${lib}/libvulkan_dzn.so`]: '',
        },
      }),
    ],
  ];
  for (const [what, machine] of fine) {
    it(what, async () => {
      assert.equal(await vulkanTroubleOf(machine), undefined);
    });
  }

  it('is said for one card where another computes', async () => {
    const world = fakeMachine(
      changed(machines.arc, {
        files: onPci('0000:01:00.0', { class: '0x030000', id: '10de:2684', driver: 'nouveau' }),
      }),
    );
    const cards = await findCards(world);
    assert.equal(cards.length, 3);
    assert.equal(await vulkanTrouble(cards, world), undefined);
    const nvidia = cards.filter(({ vendor }) => vendor === 'nvidia');
    assert.equal((await vulkanTrouble(nvidia, world))?.code, 'nvidia-nouveau');
  });
});

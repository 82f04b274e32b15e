import fc from 'fast-check';
import { changed, type Machine } from './fakeMachine';
import * as machines from './machines';
import { cudaTroubleOf, vulkanTroubleOf } from './troubles';

const { rtx4090, nouveau, container, rx7900, arc, apu, laptop, h100, wsl, jetson, windows, m2, oldMac } =
  machines;
const all: readonly Machine[] = [
  rtx4090,
  nouveau,
  container,
  rx7900,
  arc,
  apu,
  laptop,
  h100,
  wsl,
  jetson,
  windows,
  m2,
  oldMac,
];

/** Troubles are checked for holes and shape where they are made (troubles.ts). */
const bothTroubles = async (machine: Machine): Promise<void> => {
  await vulkanTroubleOf(machine);
  await cudaTroubleOf(machine);
};

describe('a machine that says anything', () => {
  const nonsense = [
    '',
    '\0',
    'null',
    '{}',
    '[]',
    '[null, 1]',
    '{"SPDisplaysDataType": [1, {}]}',
    '<html>',
    ', , , ,',
    ' \n\t=> \n',
  ];

  for (const text of nonsense) {
    it(`is no reason to throw: ${JSON.stringify(text)} from every command and file`, async () => {
      for (const machine of all) {
        const same = (record: Readonly<Record<string, string>> = {}): Record<string, string> =>
          Object.fromEntries(Object.keys(record).map((name) => [name, text]));
        await bothTroubles(changed(machine, { commands: same(machine.commands) }));
        await bothTroubles(changed(machine, { files: same(machine.files) }));
        await bothTroubles(
          changed(machine, { files: same(machine.files), commands: same(machine.commands) }),
        );
      }
    });
  }

  it('makes sentences without holes, whatever is gone and whatever is garbled', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...all),
        fc.infiniteStream(fc.constantFrom('keep', 'keep', 'keep', 'drop', 'garble')),
        fc.constantFrom(...nonsense),
        async (machine, fates, text) => {
          const altered = (record: Readonly<Record<string, string>> = {}): Record<string, string> =>
            Object.fromEntries(
              Object.entries(record).flatMap(([name, value]) => {
                const fate = fates.next().value;
                return fate === 'drop' ? [] : [[name, fate === 'keep' ? value : text]];
              }),
            );
          await bothTroubles({
            ...machine,
            files: altered(machine.files),
            commands: altered(machine.commands),
          });
        },
      ),
      { numRuns: 500, seed: 3 },
    );
  });
});

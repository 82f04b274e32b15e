import assert from 'node:assert/strict';
import { gathered } from '../../../../src/extension/views/gathered';
import { until } from '../logOf';

describe('changes on the disk', () => {
  function open() {
    const told: string[] = [];
    const soon = gathered(
      {
        experiments: () => told.push('experiments'),
        everything: () => told.push('everything'),
        run: (folder) => told.push(folder),
      },
      1,
    );
    return { told, soon };
  }

  it('are told once for many in a row, and again for those that come later', async () => {
    const { told, soon } = open();
    for (const folder of ['a', 'b', 'a', 'a']) soon.run(folder);
    soon.experiments();
    soon.experiments();
    assert.deepEqual(told, []);
    await until(() => told.length > 0, 'what was noticed');
    assert.deepEqual(told.splice(0), ['experiments', 'a', 'b']);
    soon.run('a');
    await until(() => told.length > 0, 'what was noticed later');
    assert.deepEqual(told, ['a']);
  });

  it('are none of parts where all is looked at anew', async () => {
    const { told, soon } = open();
    soon.run('a');
    soon.everything();
    soon.experiments();
    await until(() => told.length > 0, 'what was noticed');
    assert.deepEqual(told, ['everything']);
  });
});

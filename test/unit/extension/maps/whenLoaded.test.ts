import assert from 'node:assert/strict';
import { draftsOf } from '../../../../src/extension/maps/whenLoaded';
import type { DraftKeeper, DraftPage } from '../../../../src/extension/panel/draftPage';
import type { RunMessage } from '../../../../src/shared/webviewProtocol';

const page = { run: '/runs/a' } as DraftPage;
const finished: RunMessage = {
  ...{ type: 'events', run: 'a' },
  events: [{ type: 'finished', at: '', state: 'done' }],
};
const started: RunMessage = { ...finished, events: [{ type: 'note', at: '', text: 'x' }] };

/** A keeper that says what it was told, and is loaded when `load` is answered. */
function kept() {
  const heard: string[] = [];
  const failures: unknown[] = [];
  const loads: { resolve: () => void; reject: (thrown: unknown) => void }[] = [];
  const drafts: DraftKeeper = {
    told: () => heard.push('told'),
    asked: () => heard.push('asked'),
    closed: () => heard.push('closed'),
  };
  const keeper = draftsOf(
    () => new Promise((resolve, reject) => loads.push({ resolve: () => resolve({ drafts }), reject })),
    (thrown) => failures.push(thrown),
  );
  const settled = (): Promise<void> => new Promise((done) => setImmediate(done));
  return { keeper, heard, failures, loads, settled };
}

describe('the keeper of plans before it is loaded', () => {
  it('is not loaded for a page that nothing can be edited on', () => {
    const { keeper, loads } = kept();
    keeper.told(page, started);
    keeper.closed(page);
    assert.equal(loads.length, 0);
  });

  it('hears all that came meanwhile, in order, also that a page was closed', async () => {
    const { keeper, heard, loads, settled } = kept();
    keeper.told(page, finished);
    keeper.asked(page, { type: 'action', action: 'apply' });
    keeper.closed(page);
    assert.deepEqual(heard, []);
    loads[0]?.resolve();
    await settled();
    assert.deepEqual(heard, ['told', 'asked', 'closed']);
    keeper.closed(page);
    assert.equal(heard.length, 4);
    assert.equal(loads.length, 1);
  });

  it('is said to be missing where it cannot be loaded, once, and is tried again', async () => {
    const { keeper, heard, failures, loads, settled } = kept();
    keeper.told(page, finished);
    keeper.asked(page, { type: 'action', action: 'apply' });
    loads[0]?.reject(new Error('no such file'));
    await settled();
    assert.equal(failures.length, 1);
    keeper.told(page, finished);
    loads[1]?.resolve();
    await settled();
    assert.deepEqual(heard, ['told']);
  });
});

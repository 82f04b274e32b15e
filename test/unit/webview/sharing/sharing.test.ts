import assert from 'node:assert/strict';
import { lilyTensors } from '../../../../src/shared/lilyTensors';
import type { RunState } from '../../../../src/shared/runState';
import { sharedBy } from '../../../../webview/model/sharing/sharedBy';
import { sharingCosts } from '../../../../webview/model/sharing/sharingCosts';
import { sharingCsv, sharingTable } from '../../../../webview/model/sharing/sharingTable';
import { sharingKinds, sharingMap, sharingWords } from '../../../../webview/model/sharing/sharingView';
import { tabTitles } from '../../../../webview/model/tabs';
import { begin, deepestModel, modulesOf, oneTask, stateOf } from '../sampleRuns';
import { training } from '../trainings';

const trained = stateOf(training('lily'));
const heading = { kind: 'run', run: 'r', experiment: 'e', recorded: false } as const;

/** A run with a plan of Lily for some of the sample's modules. */
function planned(model = oneTask, strideA = 4, numB = 3): RunState {
  const adapted = modulesOf(model).filter(({ role }) => role === 'o' || role === 'down');
  const modules = Object.fromEntries(adapted.map(({ path }) => [path, { rank: 4, alpha: 8, experts: 1 }]));
  const shared = lilyTensors(adapted, { strideA, numB });
  const totals = { parameters: 0, experts: adapted.length, modules: adapted.length, layers: model.layers };
  const plan = {
    version: 1 as const,
    method: 'lily' as const,
    plan: { modules, shared },
    totals,
    summary: '',
  };
  return { ...stateOf(begin(model)), plan };
}

describe('shared tensors', () => {
  it('are of the plan where it shares, else of what is trained', () => {
    assert.equal(sharedBy(planned())?.modules.length, 12);
    assert.equal(sharedBy(trained)?.modules.length, 24);
    assert.equal(sharedBy({ ...trained, plan: planned().plan })?.modules.length, 12);
    assert.equal(sharedBy(stateOf(training('adalora'))), undefined);
  });

  it('have a tab of their own where there are any', () => {
    assert.equal(tabTitles({ run: trained, heading }).sharing, 'Sharing');
    assert.equal(tabTitles({ run: planned(), heading }).sharing, 'Sharing');
    assert.equal(tabTitles({ run: stateOf(training('adalora')), heading }).sharing, undefined);
  });

  it('are a map of which A each layer has, with a line above each group', () => {
    const { columns, rows } = sharingMap(sharingKinds(sharedBy(trained)!));
    assert.deepEqual(columns, ['q_proj', 'v_proj', 'down_proj']);
    assert.deepEqual(
      rows.map(({ cells: [first] }) => `${first?.isFirst ? '_' : ''}${first?.text}`),
      ['_A 1', 'A 1', '_A 2', 'A 2', '_A 3', 'A 3', '_A 4', 'A 4'],
    );
    assert.equal(rows[2]?.cells[0]?.words, 'A 2, shared with layer 3');
    // The colors of groups beside each other differ.
    assert.notEqual(rows[1]?.cells[0]?.fill, rows[2]?.cells[0]?.fill);
  });

  it('tell an A that a layer has for itself', () => {
    const kinds = sharingKinds(sharedBy(planned(oneTask, 5))!);
    assert.deepEqual(kinds[0]?.groups, [[0, 1, 2, 3, 4], [5]]);
    assert.equal(sharingMap(kinds).rows[5]?.cells[0]?.words, 'A 2, of its own');
    assert.equal(sharingMap(kinds).rows[0]?.cells[0]?.words, 'A 1, shared with layers 1–4');
  });

  it('are said in words', () => {
    assert.deepEqual(sharingWords(sharingKinds(sharedBy(trained)!)), [
      'q_proj, v_proj and down_proj each: 4 A’s serve 8 layers, which draw from a pool of 4 B’s.',
    ]);
    const [first, other] = sharingKinds(sharedBy(planned())!);
    const uneven = { ...first!, groups: [first!.layers], pool: 0 };
    assert.deepEqual(sharingWords([uneven, other!]), [
      'o_proj: 1 A serves 6 layers, each of which has a B of its own.',
      'down_proj: 2 A’s serve 6 layers, which draw from a pool of 3 B’s.',
    ]);
  });

  it('count once, as the training counted them', () => {
    const costs = new Map(sharingCosts(sharedBy(trained)!));
    assert.deepEqual([...costs.keys()].slice(0, 3), ['12 A’s', '12 B’s', '24 routers']);
    // What the engine counted: 8 · (4 · (128 + 128 + 336) + 3 · 4 · 128) + 24 · 4 · 8.
    assert.equal(trained.trials[0]?.parameters, 8 * (4 * (128 + 128 + 336) + 3 * 4 * 128) + 24 * 4 * 8);
    assert.equal(costs.get('Together'), '32 k parameters, each tensor counted once');
    assert.match(
      costs.get('Without sharing') ?? '',
      /^62\.5 k parameters for LoRA of the same ranks, 48\.8 % of it saved$/,
    );
  });

  it('say where sharing takes more than it saves', () => {
    const costs = new Map(sharingCosts(sharedBy(planned(oneTask, 1, 9))!));
    assert.match(costs.get('Without sharing') ?? '', /which is less: sharing takes [\d.]+ % more$/);
  });

  it('are a table with the newest weights of the B’s, and the same as CSV', () => {
    const table = sharingTable(trained, sharedBy(trained)!);
    assert.deepEqual(table.columns.slice(0, 6), [
      'Layer',
      'Module',
      'A',
      'Layers of the A',
      'B’s in the pool',
      'Weight of B 1',
    ]);
    assert.equal(table.rows.length, 24);
    assert.deepEqual(table.rows.at(-1)?.slice(0, 5), ['7', 'down_proj', 'A 4', '6–7', '4']);
    const weights = table.rows.at(-1)?.slice(5).map(Number) ?? [];
    assert.ok(Math.abs(weights.reduce((sum, weight) => sum + weight, 0) - 1) < 1e-3);
    assert.match(
      sharingCsv(table),
      /^Layer,Module,A,Layers of the A,B’s in the pool,Weight of B 1,.*\r\n0,q_proj,A 1,0–1,4,0\./,
    );
  });

  it('of a plan alone have no weights', () => {
    const run = planned();
    assert.deepEqual(sharingTable(run, sharedBy(run)!).columns.length, 5);
  });

  it('of 126 layers are found in an instant', () => {
    const run = planned(deepestModel, 3);
    assert.equal(sharingMap(sharingKinds(sharedBy(run)!)).rows.length, 126);
  });
});

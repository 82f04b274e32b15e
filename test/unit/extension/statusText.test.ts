import assert from 'node:assert/strict';
import { deviceItems } from '../../../src/extension/commands/deviceItems';
import { deviceChoices } from '../../../src/extension/deviceChoices';
import type { EngineState } from '../../../src/extension/engineClient/engineState';
import type { Job } from '../../../src/extension/runs/jobs';
import { statusText } from '../../../src/extension/statusText';
import { LabError } from '../../../src/shared/errors';
import type { SearchedTrial } from '../../../src/shared/runEvents';
import { applyEvent } from '../../../src/shared/applyEvent';
import { emptyRun } from '../../../src/shared/runState';
import { betterVerdict, openVerdict } from '../webview/sampleVerdict';
import { at, begun, model, scores } from './runFolder';

const stopped: EngineState = { name: 'stopped' };
const ready: EngineState = { name: 'ready', pid: 7, version: '1', node: '20' };
const job = (events: Parameters<typeof at>[0][], stopping = false): Job => ({
  run: '/r',
  experiment: '/e',
  state: events.map((event) => at(event)).reduce(applyEvent, emptyRun),
  stopping,
});
const trialAt = (number: number): SearchedTrial => ({
  ...{ number, point: { rank: 8, layers: 0.5 }, state: 'running', parameters: 1000, metric: 'accuracy' },
});
const native = { name: 'native' as const, description: 'ONNX Runtime', gflops: 61.4, refused: [] };

describe('the status bar', () => {
  const text = (...args: Parameters<typeof statusText>): string => statusText(...args).text;

  it('names the device, as it was chosen or as it was measured', () => {
    assert.equal(text(stopped, undefined, undefined, 'auto'), '$(beaker) auto');
    assert.equal(text(ready, undefined, native, 'auto'), '$(beaker) native 61 GFLOP/s');
  });

  it('says what is being done', () => {
    assert.equal(text({ name: 'starting' }, undefined, undefined, 'auto'), '$(sync~spin) starting engine');
    assert.equal(text({ name: 'starting' }, job([begun]), undefined, 'auto'), '$(sync~spin) starting engine');
    assert.equal(
      text(ready, job([begun, { type: 'stage', stage: 'probe' }]), native, 'auto'),
      '$(sync~spin) trying devices',
    );
    assert.equal(
      text(ready, job([begun, { type: 'stage', stage: 'load' }]), native, 'auto'),
      '$(sync~spin) loading model',
    );
    const scoring = [begun, model, { type: 'stage', stage: 'score' } as const, scores('spam', 64)];
    assert.equal(text(ready, job(scoring), native, 'auto'), '$(sync~spin) scoring 50 %');
    assert.equal(text(ready, job(scoring, true), native, 'auto'), '$(sync~spin) stopping');
  });

  it('says which trial of a search it is at, whatever stage the trial has', () => {
    const searching = [
      { ...begun, job: 'search' } as const,
      model,
      { type: 'search-begun', trials: 8, finished: 2 } as const,
      { type: 'searched', trial: trialAt(2) } as const,
    ];
    for (const stage of ['search', 'train'] as const) {
      const { text: shown, tooltip } = statusText(
        ready,
        job([...searching, { type: 'stage', stage }]),
        native,
        'auto',
      );
      assert.equal(shown, '$(sync~spin) searching: trial 3 of 8');
      assert.match(tooltip, /: searching .*\.adapter\.yaml/);
    }
  });

  it('says that a search is paused, behind which trial', () => {
    const paused = [
      { ...begun, job: 'search' } as const,
      { type: 'search-begun', trials: 8, finished: 0 } as const,
      { type: 'search-steered', paused: true, trials: 8 } as const,
    ];
    const first = text(ready, job(paused), native, 'auto');
    assert.equal(first, '$(debug-pause) search paused before its first trial');
    const later = [...paused, { type: 'searched', trial: { ...trialAt(2), state: 'done' } } as const];
    assert.equal(text(ready, job(later), native, 'auto'), '$(debug-pause) search paused after trial 3 of 8');
    assert.equal(text(ready, job(later, true), native, 'auto'), '$(sync~spin) stopping');
    const goesOn = [...later, { type: 'search-steered', paused: false, trials: 9 } as const];
    assert.match(text(ready, job([...goesOn, { type: 'stage', stage: 'train' }]), native, 'auto'), /3 of 9/);
  });

  it('says which training of a verdict it is at, as a part of the main job as well', () => {
    const judging = (job: 'judge' | 'run') => [
      { ...begun, job } as const,
      { type: 'judged', verdict: openVerdict() } as const,
      { type: 'stage', stage: 'train' } as const,
    ];
    for (const of of ['judge', 'run'] as const) {
      const { text: shown, tooltip } = statusText(ready, job(judging(of)), native, 'auto');
      assert.equal(shown, '$(sync~spin) judging: training 6 of 10');
      assert.match(tooltip, /: judging .*\.adapter\.yaml/);
    }
    const early = [{ ...begun, job: 'judge' } as const, { type: 'progress', share: 0.1 } as const];
    assert.equal(text(ready, job(early), native, 'auto'), '$(sync~spin) judging 10 %');
    const over = [...judging('judge'), { type: 'judged', verdict: betterVerdict() } as const];
    const writing = [...over, { type: 'stage', stage: 'report' } as const];
    assert.equal(text(ready, job(writing), native, 'auto'), '$(sync~spin) writing');
  });

  it('says on hovering how long it will take, once that is known', () => {
    const told = (second: number, share: number) => at({ type: 'progress', share }, second);
    const state = [at(begun), told(0, 0), told(10, 0.25)].reduce(applyEvent, emptyRun);
    const tooltip = (events: Job['state'], second: number): string =>
      statusText(ready, { ...job([]), state: events }, native, 'auto', Date.UTC(2026, 0, 1, 0, 0, second))
        .tooltip;
    assert.equal(tooltip(state, 10), 'Adapter Lab: scoring quick.adapter.yaml, about 30 s left');
    assert.equal(tooltip(state, 35), 'Adapter Lab: scoring quick.adapter.yaml, a few seconds left');
    assert.equal(
      tooltip([at(begun), told(0, 0)].reduce(applyEvent, emptyRun), 1),
      'Adapter Lab: scoring quick.adapter.yaml',
    );
  });

  it('says that the engine hangs or has ended', () => {
    assert.equal(
      text({ ...ready, name: 'silent' }, job([begun]), native, 'auto'),
      '$(warning) engine silent',
    );
    const error = new LabError('engine-killed', 'It was killed.', 'Try again.');
    assert.match(statusText({ name: 'failed', error }, undefined, native, 'auto').tooltip, /It was killed\./);
  });
});

describe('the choice of devices', () => {
  it('shows the speed of those that work and the reason of those that do not', () => {
    const items = deviceItems(
      [
        { device: 'tensorflow', available: false, description: 'No library.', gflops: 0, memoryBytes: 0 },
        { device: 'webgpu', available: true, description: 'RTX Test', gflops: 12_345, memoryBytes: 0 },
        { device: 'native', available: true, description: 'ONNX Runtime', gflops: 61.4, memoryBytes: 3e9 },
        { device: 'wasm', available: true, description: 'SIMD', gflops: 9.6, memoryBytes: 3e9 },
      ],
      'wasm',
    );
    assert.deepEqual(
      items.map(({ choice, description, detail }) => [choice, description, detail]),
      [
        ['auto', 'the first that works', 'On this machine: webgpu'],
        [undefined, 'refused', 'No library.'],
        ['webgpu', '12.3 TFLOP/s', 'RTX Test'],
        ['native', '61 GFLOP/s, 3 GB', 'ONNX Runtime'],
        ['wasm', '9.6 GFLOP/s, 3 GB (current)', 'SIMD'],
      ],
    );
    assert.ok(deviceChoices.includes('auto'));
  });
});

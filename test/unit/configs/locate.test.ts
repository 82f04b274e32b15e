import assert from 'node:assert/strict';
import fc from 'fast-check';
import { experimentAnchors, type Anchor } from '../../../src/configs/experiment/locate';
import { halfTyped } from './halfTyped';
import { sampleExperiment } from './sampleExperiment';

const at = (
  text: string,
  anchor: Anchor | undefined,
): [line: number, key: string, value: string | undefined] | undefined =>
  anchor && [
    anchor.line,
    text.slice(anchor.key.start, anchor.key.end),
    anchor.value && text.slice(anchor.value.start, anchor.value.end),
  ];

describe('anchors of an experiment', () => {
  it('are the places of its keys, tasks and plan rows', () => {
    const anchors = experimentAnchors(sampleExperiment);
    assert.deepEqual(at(sampleExperiment, anchors.method), [9, 'method', 'floe']);
    assert.deepEqual(at(sampleExperiment, anchors.budget), [12, 'budget', '{ layers: 25% }']);
    assert.equal(anchors.score?.line, 11);
    assert.equal(anchors.adapter?.line, 10);
    assert.equal(anchors.plan?.line, 17);
    assert.equal(anchors.tasks.length, 1);
    assert.equal(anchors.tasks[0]?.line, 3);
    assert.deepEqual(
      anchors.modules.map((module) => [module.path, ...(at(sampleExperiment, module) ?? [])]),
      [
        [
          'model.layers.3.self_attn.q_proj',
          19,
          'model.layers.3.self_attn.q_proj',
          '{ rank: 8, alpha: 16, experts: 4 }',
        ],
      ],
    );
  });

  it('stay where an unclosed brace breaks another block', () => {
    const text = sampleExperiment.replace('layers: 25% }', 'layers: ');
    const [whole, broken] = [experimentAnchors(sampleExperiment), experimentAnchors(text)];
    assert.equal(broken.method?.line, whole.method?.line);
    assert.equal(broken.budget?.line, whole.budget?.line);
    assert.equal(broken.plan?.line, whole.plan?.line);
    assert.equal(broken.modules[0]?.line, whole.modules[0]?.line);
    const key = broken.modules[0]?.key;
    assert.ok(key);
    assert.equal(text.slice(key.start, key.end), 'model.layers.3.self_attn.q_proj');
  });

  it('include the rows of a plan that is being typed', () => {
    const text = sampleExperiment.replace('experts: 4 }   #', 'experts: 4   #').replaceAll('\n', '\r\n');
    const { modules } = experimentAnchors(text);
    assert.deepEqual(
      modules.map((module) => at(text, module)),
      [[19, 'model.layers.3.self_attn.q_proj', '{ rank: 8, alpha: 16, experts: 4']],
    );
    const typing = experimentAnchors('method:\nplan:\n  modules:\n    "a.b.c" :\n    a.b.d: { rank: 1');
    assert.deepEqual(
      typing.modules.map(({ path, line }) => [path, line]),
      [
        ['a.b.c', 3],
        ['a.b.d', 4],
      ],
    );
    assert.equal(typing.method?.value, undefined);
  });

  it('are found without throwing, inside whatever text there is', () => {
    fc.assert(
      fc.property(halfTyped, (text) => {
        const { tasks, modules, ...single } = experimentAnchors(text);
        const lines = text.split('\n').length;
        for (const anchor of [...tasks, ...modules, ...Object.values(single)]) {
          if (!anchor) continue;
          assert.ok(anchor.line >= 0 && anchor.line < lines);
          for (const range of [anchor.key, anchor.value]) {
            if (range) assert.ok(range.start >= 0 && range.start < range.end && range.end <= text.length);
          }
        }
      }),
      { seed: 10, numRuns: 1000 },
    );
  }).timeout(60_000);
});

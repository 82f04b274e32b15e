import assert from 'node:assert/strict';
import { planTextEdits, readPlanText } from '../../../../src/extension/maps/editors/planText';
import { DraftSession } from '../../../../src/extension/maps/session';
import { applyEdits } from '../../../../src/configs/text/textEdit';
import { reallocate } from '../../../../src/planning/draft/reallocate';
import { throwsWith } from '../../files/throwsCode';
import { frame, fresh, q } from '../../planning/draft/frames';

const of = frame();
const session = new DraftSession(of, reallocate(of, fresh(), 'floe', undefined));
const before = session.planFile;
session.change({ change: 'rows', label: '', rows: { [q(3)]: { rank: 2 } } });
const after = session.planFile;
const own = `${JSON.stringify(before, null, 1)}\n`;

describe('the text of a plan file', () => {
  it('is a plan, or says what is wrong and where', () => {
    assert.deepEqual(readPlanText(own, 'plan.json'), before);
    throwsWith(
      () => readPlanText('{\n "version": 1,\n "plan": [}\n', 'plan.json'),
      'plan-missing',
      /not valid JSON in line 3/,
    );
    throwsWith(
      () => readPlanText(own.replace('"rank": 4', '"rank": "four"'), 'plan.json'),
      'plan-missing',
      /plan\.json is not as expected at plan\.modules\[.+\]\.rank/,
    );
    throwsWith(() => readPlanText('', 'plan.json'), 'plan-missing', /line 1/);
  });

  it('is edited in what lies between the first and the last difference alone', () => {
    const [edit] = planTextEdits(own, after);
    assert.ok(edit && edit.start > own.indexOf('"modules"') && edit.end < own.length);
    const text = applyEdits(own, [edit]);
    assert.deepEqual(readPlanText(text, 'plan.json'), after);
    assert.equal(text, `${JSON.stringify(after, null, 1)}\n`);
    assert.deepEqual(planTextEdits(text, after), []);
  });

  it('keeps indentation, line ends and keys that are not ours', () => {
    for (const [indent, newline] of [
      [2, '\n'],
      ['\t', '\r\n'],
    ] as const) {
      const strange = { ...before, mine: { note: 'keep' } };
      const text = `${JSON.stringify(strange, null, indent)}\n`.replaceAll('\n', newline);
      const edited = applyEdits(text, planTextEdits(text, after));
      const wanted = `${JSON.stringify({ ...after, mine: { note: 'keep' } }, null, indent)}\n`;
      assert.equal(edited, wanted.replaceAll('\n', newline));
    }
  });

  it('is written as runs write it where it was printed in no usual way', () => {
    const text = own.replace('{\n', '{   ');
    assert.equal(applyEdits(text, planTextEdits(text, after)), `${JSON.stringify(after, null, 1)}\n`);
  });
});

import assert from 'node:assert/strict';
import type { DraftChange } from '../../../../src/shared/draft';
import { defaultChoices } from '../../../../webview/model/choices';
import { only } from '../../../../webview/model/map/selection';
import { pageView, type OpenPage, type PageView } from '../../../../webview/model/view';
import { GridSheet } from '../../../../webview/model/map/gridSheet';
import { draftOf } from '../sampleDraft';
import { begin, finish, oneTask, stateOf } from '../sampleRuns';

const run = stateOf(begin(oneTask), finish(oneTask, [1, 2]));
const path = 'model.layers.1.self_attn.o_proj';
const heading = { kind: 'run', run: 'r', experiment: 'mail.adapter.yaml', recorded: false } as const;
const view = (change: Partial<OpenPage> = {}): PageView =>
  pageView(
    { heading, trusted: true, palette: 'theme', run, draft: draftOf(run), outlook: undefined, ...change },
    { ...defaultChoices, quantity: 'rank' },
    0,
  );

/** A sheet with one cell selected, and what it has asked the host for. */
function sheetAt(row: number, column: number) {
  const sent: DraftChange[] = [];
  const sheet = new GridSheet({ change: (change) => sent.push(change) }, () => undefined);
  sheet.update(view());
  sheet.select(only({ row, column }));
  return { sheet, sent, textAt: () => sheet.shown?.grid.rows[row]?.[column]?.text };
}

describe('the sheet of the grid', () => {
  it('writes to the cells that it asked for, whatever is selected by then', () => {
    const { sheet, sent } = sheetAt(1, 0);
    const question = sheet.ask();
    assert.ok(question);
    assert.equal(question.value, 8);
    sheet.select(only({ row: 2, column: 1 }));
    assert.match(question.write('-3') ?? '', /whole number/);
    assert.equal(question.write('12'), undefined);
    assert.deepEqual(sent, [{ change: 'rows', label: 'rank of layer 1 o', rows: { [path]: { rank: 12 } } }]);
  });

  it('writes nothing to another run', () => {
    const { sheet, sent } = sheetAt(1, 0);
    const question = sheet.ask();
    assert.ok(question);
    assert.equal(sheet.update(view()), false);
    assert.equal(sheet.update(view({ heading: { ...heading, run: 'other' } })), true);
    assert.equal(question.write('12'), undefined);
    assert.deepEqual(sent, []);
  });

  it('shows what was sent until that is answered', () => {
    const { sheet, textAt } = sheetAt(1, 0);
    sheet.execute({ command: 'step', by: 1 });
    sheet.execute({ command: 'step', by: 1 });
    for (const answered of [undefined, 1]) {
      sheet.update(view({ answered, draft: draftOf(run) }));
      assert.equal(textAt(), '32');
    }
    sheet.update(view({ answered: 2, draft: draftOf(run) }));
    assert.equal(textAt(), '8');
  });

  it('keeps the scale of colors under a drag, also while the host tells more', () => {
    const { sheet } = sheetAt(1, 0);
    const before = sheet.shown?.grid.max;
    sheet.tryStep(3);
    assert.equal(sheet.shown?.grid.max, before);
    sheet.update(view({ draft: draftOf(run, { [path]: { rank: 128 } }) }));
    assert.equal(sheet.shown?.grid.max, before);
    sheet.endStep(0);
    assert.equal(sheet.shown?.grid.max, 128);
  });
});

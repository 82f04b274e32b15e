import assert from 'node:assert/strict';
import type { RunEvent } from '../../../../src/shared/runEvents';
import { chartTable } from '../../../../webview/model/training/chartTable';
import { chartWords } from '../../../../webview/model/training/chartView';
import { trainingCharts } from '../../../../webview/model/training/charts';
import { metricsIn, shownMetric } from '../../../../webview/model/training/metrics';
import { seriesOf } from '../../../../webview/model/training/series';
import { trainingCsv } from '../../../../webview/model/training/trainingCsv';
import { stateOf } from '../sampleRuns';
import { training, until } from '../trainings';

const dynamic = training('dynamic-lora');
const chartsOf = (events: readonly RunEvent[], toggled = {}) =>
  trainingCharts(seriesOf(stateOf(events), toggled), 'accuracy', 0);

describe('the charts of a training', () => {
  it('are loss, the metric of each task, speed and memory, with a mean over the seeds', () => {
    const charts = chartsOf(dynamic);
    assert.deepEqual(
      charts.map(({ title }) => title),
      ['Loss', 'Accuracy, spam', 'Accuracy, gloss', 'Tokens per second', 'Memory of the process'],
    );
    for (const { lines, steps } of charts) {
      assert.equal(steps, 170);
      const mean = lines.find(({ label, drawn }) => label === 'mean of 3 seeds' && drawn !== 'marks');
      assert.ok(mean?.isThick && mean.spread && mean.spread.low.length === mean.line.length);
      const seeds = lines.filter(({ label, drawn }) => /^seed-\d$/.test(label) && drawn !== 'marks');
      // One color for the design, a dash for each seed.
      assert.deepEqual(new Set(seeds.map(({ color }) => color)), new Set([mean.color]));
      assert.equal(new Set(seeds.map(({ dash }) => dash)).size, 3);
    }
  });

  it('draw of the loss the training as lines and the validation, over all tasks, as marks', () => {
    const [loss] = chartsOf(dynamic);
    const [trial] = stateOf(dynamic).trials;
    const marks = loss?.lines.find(({ label }) => label === 'seed-1, validation');
    assert.equal(marks?.drawn, 'marks');
    const [base] = trial?.evaluations ?? [];
    const [spam, gloss] = base?.metrics.map((metrics) => metrics.loss) ?? [];
    assert.deepEqual(marks.line[0], { x: 0, y: ((spam ?? NaN) + (gloss ?? NaN)) / 2 });
    assert.equal(marks.line.length, 5);
  });

  it('compare accuracy with the commonest class, which is no learning', () => {
    const spam = chartsOf(dynamic).find(({ title }) => title === 'Accuracy, spam');
    assert.deepEqual(spam?.reference, { value: 0.5, label: 'always the commonest class' });
  });

  it('leave out what is hidden', () => {
    const labels = chartsOf(dynamic, { 'seed-2': false, 'mean of seeds': false }).map(({ lines }) =>
      lines.map(({ label }) => label),
    );
    for (const some of labels) assert.ok(!some.some((label) => /seed-2|mean/.test(label)), some.join());
    assert.ok(labels[0]?.includes('seed-1'));
  });

  it('have no memory where an older version did not tell of it', () => {
    const older = dynamic.map((event) => (event.type === 'step' ? { ...event, memory: undefined } : event));
    assert.ok(!chartsOf(older).some(({ id }) => id === 'memory'));
  });

  it('have a mean as far as two seeds came, while the second is trained', () => {
    const [loss] = chartsOf(until(dynamic, 'seed-2', 90));
    const mean = loss?.lines.find(({ label, drawn }) => label === 'mean of 2 seeds' && drawn === 'line');
    assert.equal(mean?.line.at(-1)?.x, 90);
  });

  it('are said in words', () => {
    const [loss, spam] = chartsOf(dynamic, { 'seed-2': false, 'seed-3': false, 'mean of seeds': false });
    assert.match(
      chartWords(loss!),
      /^Loss: seed-1, validation from 5\.890 at step 0 to 1\.\d+ at step 170; seed-1 from/,
    );
    assert.equal(
      chartWords(spam!),
      'Accuracy, spam: seed-1 from 50.0 % at step 0 to 85.4 % at step 170. The table has the numbers.',
    );
    assert.equal(
      chartWords({ ...spam!, lines: [] }),
      'Accuracy, spam: nothing yet. The table has the numbers.',
    );
  });
});

describe('the table of a chart', () => {
  it('has a row a step, and what a mean spans', () => {
    const spam = chartsOf(dynamic).find(({ title }) => title === 'Accuracy, spam')!;
    const { columns, rows, isThinned } = chartTable(spam);
    assert.deepEqual(columns, ['Step', 'mean of 3 seeds', 'seed-1', 'seed-2', 'seed-3']);
    assert.deepEqual(
      rows.map(([step]) => step),
      ['0', '43', '86', '129', '170'],
    );
    assert.deepEqual(rows.at(-1), ['170', '84.2 % (82.9 % to 85.4 %)', '85.4 %', '84.2 %', '82.9 %']);
    assert.equal(isThinned, false);
  });

  it('leaves out steps where there are many, but none with an evaluation', () => {
    const line = Array.from({ length: 2000 }, (_, x) => ({ x: x + 1, y: x }));
    const how = { spread: undefined, color: 0, shape: 0, dash: 0, isFaint: false, isThick: false };
    const { rows, isThinned, columns } = chartTable({
      ...{ id: '', title: '', note: undefined, steps: 2000, format: String },
      lines: [
        { ...how, label: 'validation', drawn: 'marks', line: [{ x: 777, y: 1 }] },
        { ...how, label: 'training', drawn: 'line', line },
        { ...how, label: 'faint', drawn: 'line', line, isFaint: true },
      ],
    });
    assert.ok(isThinned && rows.length < 60);
    assert.deepEqual(columns, ['Step', 'training', 'validation']);
    assert.ok(rows.some(([step, , value]) => step === '777' && value === '1'));
    assert.deepEqual([rows[0]?.[0], rows.at(-1)?.[0]], ['1', '2000']);
  });
});

describe('a training as CSV', () => {
  it('has every number that was told, one a line', () => {
    const { trials } = stateOf(dynamic);
    const [head, ...lines] = trainingCsv(trials).trimEnd().split('\r\n');
    assert.equal(head, 'trial,seed,step,split,task,quantity,value');
    const [trial] = trials;
    assert.ok(lines.includes(`seed-1,1,1,train,,loss,${trial?.points[0]?.loss}`));
    assert.ok(lines.includes(`seed-1,1,1,train,,resident_bytes,${trial?.points[0]?.memory?.resident}`));
    assert.ok(lines.some((line) => line.startsWith('seed-3,3,170,validation,gloss,accuracy,0.17')));
    assert.ok(!lines.some((line) => line.endsWith(',')));
  });
});

describe('the metric of a training', () => {
  it('is the reader’s where tasks have it, else the most telling', () => {
    const present = metricsIn(stateOf(dynamic).trials);
    assert.deepEqual(present, ['accuracy', 'macroF1', 'matthews', 'loss']);
    assert.equal(shownMetric('loss', present), 'loss');
    assert.equal(shownMetric('perplexity', present), 'accuracy');
    assert.equal(shownMetric(undefined, []), 'loss');
  });
});

import assert from 'node:assert/strict';
import { runFiles } from '../../../src/files/runs';
import { htmlReport } from '../../../src/planning/htmlReport/page';
import { reportFiles } from '../../../src/planning/reportFiles';
import { verdictLines, verdictSection, verdictTable } from '../../../src/planning/verdictReport';
import type { RunState } from '../../../src/shared/runState';
import type { Verdict } from '../../../src/shared/verdict';
import { begin, smallModel, stateOf } from '../webview/sampleRuns';
import { all, parse, textOf } from './htmlReport/parsed';
import { sampleManifest } from './htmlReport/sampleManifest';
import { oneControl, verdictOf } from './sampleVerdict';

const whole = verdictOf(oneControl);
/** As it stands before the first training: no task is known, and so no metric. */
const begun: Verdict = {
  ...whole,
  ...{ metric: 'loss', tasks: [], comparisons: [], answers: [], words: 'Nothing is known yet.' },
  arms: whole.arms.map((arm) => ({ ...arm, results: [] })),
};
const alone: Verdict = {
  ...begun,
  ...{ words: 'Nothing to judge. The plan is uniform itself.', arms: begun.arms.slice(0, 1), isOver: true },
};
const stateWith = (verdict: Verdict): RunState => ({
  ...stateOf(begin(smallModel, undefined, 'judge')),
  verdict,
});

describe('a verdict without trainings', () => {
  for (const [name, verdict] of Object.entries({ 'of no control': alone, 'before the first': begun })) {
    it(`is its sentence alone: ${name}`, () => {
      const state = stateWith(verdict);
      assert.deepEqual(verdictSection(state), ['## Verdict', '', verdict.words, '']);
      assert.deepEqual(verdictTable(state), []);
      assert.deepEqual(verdictLines(state), [verdict.words]);
      const page = parse(htmlReport(state, sampleManifest({ job: 'judge' })));
      const headings = all(page, 'h2').map(textOf);
      assert.ok(headings.includes('Verdict'));
      for (const missing of ['Methods', 'References', 'Table for LaTeX'])
        assert.ok(!headings.includes(missing), missing);
      assert.ok(textOf(page).includes(verdict.words));
      assert.doesNotMatch(textOf(page), /seeds|steps as|Loss|The plan and its controls/);
      assert.equal(
        all(page, 'svg').filter((svg) => /verdict/.test(JSON.stringify([...svg.attributes]))).length,
        0,
      );
    });

    it(`has no table for papers: ${name}`, () => {
      const files = reportFiles(stateWith(verdict), sampleManifest({ job: 'judge' }));
      assert.deepEqual([...files.keys()], [runFiles.report, runFiles.htmlReport]);
    });
  }

  it('has numbers from the first training on', () => {
    const [plan, ...controls] = begun.arms;
    const first = { ...plan!, results: whole.arms[0]!.results.slice(0, 1) };
    const state = stateWith({ ...begun, tasks: whole.tasks, arms: [first, ...controls] });
    assert.match(verdictSection(state).join('\n'), /\| Plan .*At most 4 seeds an arm/s);
    assert.ok(reportFiles(state, sampleManifest()).has(runFiles.latex));
  });
});

import assert from 'node:assert/strict';
import { htmlReport } from '../../../src/planning/htmlReport/page';
import { markdownReport } from '../../../src/planning/report';
import type { RunState } from '../../../src/shared/runState';
import { begin, finish, score, smallModel, stateOf } from '../webview/sampleRuns';
import { sampleManifest } from './htmlReport/sampleManifest';
import { judgedRun, oneControl, verdictOf } from './sampleVerdict';

const runOf = (layers: number[]): RunState => ({
  ...stateOf(begin(smallModel), score(smallModel, 3), finish(smallModel, layers)),
  verdict: verdictOf(oneControl),
});
const words = (where: string): string =>
  `This verdict is on an earlier plan of this run, not on the one ${where}.`;

describe('a report whose plan is not the one that was judged', () => {
  const anew = runOf([2, 5]);

  it('says so first thing of the verdict, and where the other plan stands', () => {
    const text = markdownReport(anew);
    assert.ok(text.includes(`## Verdict\n\n${words('above')}\n\n${anew.verdict!.words}\n`), text);
    assert.ok(text.indexOf('## Plan') < text.indexOf('## Verdict'));
    const page = htmlReport(anew, sampleManifest());
    assert.match(page, new RegExp(`<h2>Verdict</h2>\\s*<p>${words('below')}</p>`));
    assert.ok(page.indexOf('<h2>Verdict') < page.indexOf('<h2>Layers and plan'));
  });

  it('says nothing of the plan that was judged, locked since or not, or where no other is shown', () => {
    const same = runOf([3, 7]);
    const { plan, ...file } = same.plan!;
    const modules = Object.fromEntries(
      Object.entries(plan.modules).map(([path, row]) => [path, { ...row, locked: true }]),
    );
    const locked: RunState = { ...same, plan: { ...file, plan: { ...plan, modules } } };
    for (const state of [same, locked, judgedRun(oneControl)]) {
      assert.doesNotMatch(markdownReport(state), /earlier plan/);
      assert.doesNotMatch(htmlReport(state, sampleManifest()), /earlier plan/);
    }
  });
});

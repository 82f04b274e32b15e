import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { commitMessage, type CommitFacts } from '../../../src/planning/commitMessage';

const facts: CommitFacts = {
  plan: {
    version: 1,
    method: 'floe',
    plan: { modules: {}, shared: [] },
    totals: { parameters: 49_152, experts: 24, modules: 6, layers: 2 },
    summary:
      'Kept layers 2, 5 of 8 (budget: 25 % of layers); 24 experts over 6 modules; 49,152 trainable parameters.',
  },
  budget: { layers: { share: 0.25 } },
  run: '20260102-030405-spam-run',
  estimator: 'fisher',
  scoresHash: 'sha256:cc',
  data: [
    { task: 'spam', hash: 'sha256:aa' },
    { task: 'two\nlines', hash: 'sha256:bb' },
  ],
  seed: 1,
  version: '0.1.0',
};

describe('commit message', () => {
  it('has a short subject, the summary, and every trailer', () => {
    assert.equal(
      commitMessage(facts),
      `Allocate adapters with floe: 24 experts over 6 modules

Kept layers 2, 5 of 8 (budget: 25 % of layers); 24 experts over 6
modules; 49,152 trainable parameters.

Adapter-Lab-Method: floe
Adapter-Lab-Budget: 25 % of layers
Adapter-Lab-Run: 20260102-030405-spam-run
Adapter-Lab-Scores: fisher sha256:cc
Adapter-Lab-Data: spam sha256:aa
Adapter-Lab-Data: two lines sha256:bb
Adapter-Lab-Seed: 1
Adapter-Lab-Version: 0.1.0
Adapter-Lab-Verdict: not judged
`,
    );
  });

  it("is read by git's own parser of trailers", () => {
    const message = commitMessage({ ...facts, budget: {}, verdict: 'no difference' });
    const parsed = execFileSync('git', ['interpret-trailers', '--parse'], {
      input: message,
      encoding: 'utf8',
    });
    assert.equal(parsed.trim().split('\n').length, 9);
    assert.match(parsed, /^Adapter-Lab-Budget: none$/m);
    assert.match(parsed, /^Adapter-Lab-Verdict: no difference$/m);
  });
});

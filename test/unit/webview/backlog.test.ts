import assert from 'node:assert/strict';
import fc from 'fast-check';
import { replay } from '../../../src/shared/replay';
import { emptyRun, type RunState } from '../../../src/shared/runState';
import { Backlog } from '../../../webview/model/backlog';
import { events as anyEvents } from '../files/skim/journals';
import { trainLong } from './sampleRuns';

describe('what a page was told and has not drawn', () => {
  it('comes to the state that its messages give one by one, whenever somebody looks', () => {
    fc.assert(
      fc.property(anyEvents, fc.array(fc.boolean(), { minLength: 1, maxLength: 9 }), (events, looks) => {
        const backlog = new Backlog(7);
        let run: RunState = emptyRun;
        events.forEach((event, index) => {
          run = backlog.add(run, [event]);
          if (looks[index % looks.length]) run = backlog.replayed(run);
        });
        assert.deepEqual(backlog.replayed(run), replay(emptyRun, events));
      }),
      { numRuns: 200, seed: 4 },
    );
  });

  it('is one replay of all messages between two drawings, and no more of them are held than the bound, drawn or not', () => {
    const events = trainLong(1, 3000);
    const backlog = new Backlog(1000);
    let run: RunState = emptyRun;
    const states = new Set<RunState>();
    for (const event of events) states.add((run = backlog.add(run, [event])));
    // A page behind another window is never drawn: it replays once a thousand.
    assert.equal(states.size, 1 + Math.floor(events.length / 1000));
    const drawn = backlog.replayed(run);
    assert.equal(drawn.trials[0]?.step, replay(emptyRun, events).trials[0]?.step);
    assert.equal(backlog.replayed(drawn), drawn, 'nothing came since');
  });

  it('is forgotten with the run that it was of', () => {
    const backlog = new Backlog();
    backlog.add(emptyRun, trainLong(1, 10));
    backlog.forget();
    assert.equal(backlog.replayed(emptyRun), emptyRun);
  });
});

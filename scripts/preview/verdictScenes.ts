import type { RunEvent } from '../../src/shared/runEvents';
import type { Verdict } from '../../src/shared/verdict';
import * as runs from '../../test/unit/webview/sampleRuns';
import * as verdicts from '../../test/unit/webview/sampleVerdict';
import type { Scene } from './scene';

const begun = (startedAt?: string): RunEvent[] => runs.begin(runs.smallModel, startedAt, 'judge');
const justNow = (): string => new Date(Date.now() - 41_000).toISOString();
const trained = runs.train(runs.smallModel);
const over = (verdict: Verdict): Scene => ({
  events: [
    ...begun(),
    ...trained,
    ...verdicts.judged(verdict),
    {
      at: '2025-03-04T09:20:00.000Z',
      type: 'actual',
      actual: { seconds: 420, memoryBytes: 1.2e9, diskBytes: 3e6 },
    },
    ...runs.end({ type: 'finished', state: 'done' }),
  ],
});
const going = (verdict: Verdict): readonly RunEvent[] => [
  ...begun(justNow()),
  ...trained,
  ...verdicts.judged(verdict),
];

/** Pages of verdicts, with the intervals that the judge gives. */
export const verdictScenes: Readonly<Record<string, Scene>> = {
  'verdict-better': over(verdicts.betterVerdict()),
  'verdict-none': over(verdicts.noVerdict()),
  'verdict-three': over(verdicts.threeControls()),
  'verdict-loss': over(verdicts.lossVerdict()),
  'verdict-open': { events: going(verdicts.openVerdict()) },
  'verdict-first': { events: going(verdicts.firstVerdict()) },
  'verdict-stopped': {
    events: [...going(verdicts.openVerdict()), ...runs.end({ type: 'finished', state: 'cancelled' })],
  },
  'verdict-seeds': {
    ...over(verdicts.threeControls()),
    play: (page) => page.getByText('Values of each seed').first().click(),
  },
};

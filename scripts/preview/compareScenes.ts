import type { ComparisonPage } from '../../src/shared/comparison';
import type { Palette } from '../../src/shared/webviewProtocol';
import {
  compared,
  control,
  laterRun,
  pageOf,
  runSide,
} from '../../test/unit/webview/compare/sampleComparison';
import * as runs from '../../test/unit/webview/sampleRuns';
import { compareByKeys } from './comparePlays';
import type { CompareScene } from './scene';

const { deepestModel: deepest, oneTask, smallModel: small } = runs;
const told = (page: ComparisonPage, palette: Palette = 'theme'): CompareScene['messages'] => [
  { type: 'comparison', page, palette },
];
const usual = compared(runSide(small, [2, 3, 4]), laterRun(small, [3, 4, 5, 6]));
const middle = [...Array(40).keys()].map((layer) => 30 + layer);
const trained = (values: readonly number[]) => ({
  measured: { metric: 'accuracy', split: 'test', of: 'spam 240', values } as const,
});

/** Two plans side by side: the usual, the same twice, scores of one alone, a large model, a file that is gone. */
export const compareScenes: Readonly<Record<string, CompareScene>> = {
  'compare-usual': { messages: told(pageOf(usual)) },
  'compare-viridis': { messages: told(pageOf(usual), 'viridis'), state: { quantity: 'parameters' } },
  'compare-left-cividis': {
    messages: told(pageOf(usual), 'cividis'),
    state: { shown: 'left', quantity: 'score' },
  },
  'compare-equal': { messages: told(pageOf(compared(runSide(small, [2, 3]), runSide(small, [2, 3])))) },
  'compare-control': {
    messages: told(
      pageOf(
        compared(runSide(oneTask, [2, 3], trained([0.91, 0.92, 0.9])), {
          ...control(runSide(oneTask, [2, 3])),
          ...trained([0.88, 0.885, 0.89]),
        }),
      ),
    ),
    play: compareByKeys,
  },
  'compare-one-sided': {
    messages: told(
      pageOf(compared(runSide(small, [2, 3, 4]), laterRun(small, [3, 4], { scores: undefined, facts: [] }))),
    ),
    state: { quantity: 'score' },
  },
  'compare-deepest': {
    messages: told(
      pageOf(
        compared(
          runSide(deepest, middle),
          laterRun(
            deepest,
            middle.map((one) => one + 12),
          ),
        ),
      ),
    ),
    state: { quantity: 'parameters' },
  },
  'compare-error': {
    messages: told(
      pageOf(usual, {
        comparison: undefined,
        error: {
          code: 'run-not-found',
          message: 'The run 20250305-174000000-mail-depth-run is not there any more.',
          next: 'Compare with another one.',
        },
      }),
    ),
  },
};

import assert from 'node:assert/strict';
import { activityOf } from '../../../../src/shared/activity';
import { progressOf } from '../../../../src/shared/runState';
import { bestSearched, trialWords } from '../../../../src/shared/searchWords';
import { isResumable } from '../../../../webview/model/actions';
import { announcement, stageText } from '../../../../webview/model/status';
import { searchNotes, searchSentences, trialsTable } from '../../../../webview/model/ranks/trials';
import { begin, end, finish, score, smallModel, stateOf } from '../sampleRuns';
import { search, searchEnd } from '../sampleSearch';

const scored = [
  ...begin(smallModel, undefined, 'search'),
  ...score(smallModel, 3),
  { at: '', type: 'wrote', path: 'scores.json' } as const,
];
const cancelled = end({ type: 'finished', state: 'cancelled' });

describe('a search on the page', () => {
  it('has a row a trial, with the best so far named as that', () => {
    const { columns, rows } = trialsTable(stateOf(scored, search(4)));
    assert.deepEqual(columns, ['Trial', 'Rank', 'Layers', 'Parameters', 'Accuracy', 'State']);
    assert.deepEqual(
      rows.map(({ cells }) => cells),
      [
        ['1', '2', '25 %', '11.2 k', '84.8 %', 'done'],
        ['2', '64', '100 %', '1.4 M', '90.0 %', 'done'],
        ['3', '8', '50 %', '89.6 k', '91.2 %', 'best'],
        ['4', '16', '50 %', '179.2 k', '87.4 %', 'ended early'],
        ['5', '4', '25 %', '22.4 k', '–', 'running'],
      ],
    );
    assert.deepEqual(
      rows.map(({ best }) => best),
      [false, false, true, false, false],
    );
  });

  it('says where it is and what is best, in sentences and for who hears it', () => {
    const first = stateOf(scored, search(0));
    assert.deepEqual(searchSentences(first), ['Trial 1 of 8.']);
    const run = stateOf(scored, search(3));
    assert.deepEqual(searchSentences(run), [
      'Trial 4 of 8.',
      'Best so far: rank 8, 50 % of layers: 91.2 % accuracy with 89.6 k parameters.',
    ]);
    assert.equal(stageText(run), 'Searching ranks: trial 4 of 8 (rank 16, 50 % of layers), step 24 of 60 …');
    assert.equal(announcement(run), 'Searching ranks, trial 4 of 8.');
    const ended = stateOf(scored, search(5), searchEnd(), finish(smallModel, [2]));
    assert.match(searchSentences(ended).join(' '), /^The next trial would gain .* Best: rank 8, 50 %/);
    assert.equal(stageText(ended), 'Done.');
  });

  it('says that it is paused, and whether a trial was asked for by hand', () => {
    const paused = { at: '', type: 'search-steered', paused: true, trials: 9 } as const;
    const run = stateOf(scored, search(3).slice(0, -5), [paused]);
    assert.equal(stageText(run), 'Search paused after trial 3 of 9.');
    assert.equal(announcement(run), 'Search paused after trial 3 of 9.');
    assert.equal(
      stageText(stateOf(scored, search(3).slice(0, -5), [paused], cancelled)).slice(0, 7),
      'Stopped',
    );
  });

  it('says why a trial failed', () => {
    const run = stateOf(scored, search(0));
    const failed = {
      ...run.searched[0]!,
      state: 'failed' as const,
      reason: 'The loss went wrong at step 3.',
    };
    assert.deepEqual(searchNotes({ notes: ['A note.'], searched: [failed] }), [
      'A note.',
      'Trial 1 failed. The loss went wrong at step 3.',
    ]);
  });

  it('counts its own progress once the layers are scored', () => {
    const before = stateOf(scored);
    assert.equal(activityOf(before), 'scoring');
    assert.equal(progressOf(before), 1);
    const begun = stateOf(scored, search(0).slice(0, 2));
    assert.equal(activityOf(begun), 'searching');
    assert.equal(progressOf(begun), 0);
    assert.equal(trialWords(begun), 'trial 1 of 8');
    assert.equal(bestSearched(begun), undefined);
    assert.equal(progressOf(stateOf(scored, search(2))), 2.4 / 8);
  });

  it('can be resumed where it was stopped, but not where no trial came to its end', () => {
    assert.ok(isResumable(stateOf(scored, search(2), cancelled)));
    assert.ok(isResumable(stateOf(scored.slice(0, -1), cancelled)));
    const none = { at: '', type: 'search-ended', words: 'All are spent.' } as const;
    assert.ok(!isResumable(stateOf(scored, search(0), [none], end({ type: 'finished', state: 'failed' }))));
    assert.ok(!isResumable(stateOf(scored, search(5), searchEnd(), finish(smallModel, [2]))));
  });
});

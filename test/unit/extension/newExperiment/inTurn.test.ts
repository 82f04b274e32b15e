import assert from 'node:assert/strict';
import { inTurn, type Place, type Question } from '../../../../src/extension/newExperiment/inTurn';

type Said = readonly string[];

/** Questions that are answered by a script; what was asked, with where it stood, is kept. */
function script(answers: (string | undefined)[], obvious: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const question = (name: string): Question<Said> => ({
    obvious: (said) => {
      const only = obvious[name];
      return only === undefined ? undefined : [...said, only];
    },
    ask: (said, { step, total, canGoBack }: Place) => {
      asked.push(`${name} ${step}/${total}${canGoBack ? ' back' : ''}`);
      const answer = answers.shift();
      if (answer === undefined) return Promise.resolve(undefined);
      return Promise.resolve(answer === 'back' ? 'back' : [...said, answer]);
    },
  });
  return { asked, question };
}

describe('questions in turn', () => {
  it('are counted, and what one answer asks for more comes behind it', async () => {
    const { asked, question } = script(['two', 'x', 'y', 'z']);
    const [a, b, c, last] = ['a', 'b', 'c', 'last'].map(question);
    const result = await inTurn<Said>([], (said) => [a!, ...(said[0] === 'two' ? [b!, c!] : [b!]), last!]);
    assert.deepEqual(result, ['two', 'x', 'y', 'z']);
    assert.deepEqual(asked, ['a 1/3', 'b 2/4 back', 'c 3/4 back', 'last 4/4 back']);
  });

  it('are skipped where there is one answer, but not by who goes back', async () => {
    const { asked, question } = script(['back', 'own', 'z'], { a: 'only' });
    const [a, b] = ['a', 'b'].map(question);
    assert.deepEqual(await inTurn<Said>([], () => [a!, b!]), ['own', 'z']);
    assert.deepEqual(asked, ['b 1/1 back', 'a 1/2', 'b 2/2 back']);
  });

  it('leave nothing where the user gives up, and nothing of answers that were taken back', async () => {
    const { asked, question } = script(['x', 'back', 'y', undefined]);
    const [a, b] = ['a', 'b'].map(question);
    assert.equal(await inTurn<Said>([], () => [a!, b!]), undefined);
    assert.deepEqual(asked, ['a 1/2', 'b 2/2 back', 'a 1/2', 'b 2/2 back']);
    const again = script(['x', 'back', 'y', 'z']);
    const both = ['a', 'b'].map(again.question);
    assert.deepEqual(await inTurn<Said>([], () => both), ['y', 'z']);
  });
});

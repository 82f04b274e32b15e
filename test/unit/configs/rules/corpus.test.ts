import assert from 'node:assert/strict';
import { applyEdits } from '../../../../src/configs/text/textEdit';
import { ruleIds } from '../../../../src/configs/trainers/rules/rule';
import { rules } from '../../../../src/configs/trainers/rules/rules';
import { needsPython, requireGolden } from '../trainers/corpus';
import { findingsOf, isAbout, rulesCorpus, shown } from './corpus';

describe('findings in users’ files', () => {
  needsPython();

  it('come from one table in the order of their numbers', () => {
    assert.deepEqual(
      rules.map(({ id }) => id),
      ruleIds,
    );
  });

  for (const file of rulesCorpus) {
    const { name, text } = file;
    it(`${name} gives what was read and kept`, () => requireGolden(name, shown(text, findingsOf(file))));

    it(`${name} has fixes that remove what they mend, and bring no worse`, () => {
      const found = findingsOf(file);
      for (const { id, range, fixes } of found) {
        const covered = text.slice(range.start, range.end);
        for (const { title, edits } of fixes) {
          const fixed = applyEdits(text, edits);
          assert.notEqual(fixed, text, title);
          const left = findingsOf({ ...file, text: fixed });
          const same = left.filter(
            (one) => one.id === id && fixed.slice(one.range.start, one.range.end) === covered,
          );
          const before = found.filter(
            (one) => one.id === id && text.slice(one.range.start, one.range.end) === covered,
          );
          assert.ok(same.length < before.length, `${title}: ${JSON.stringify(left)}`);
          const broken = left.filter((one) => one.id === 'syntax' || one.id === 'value');
          assert.ok(
            broken.length <= found.filter((one) => one.id === 'syntax' || one.id === 'value').length,
            title,
          );
        }
      }
    });
  }

  it('have a file that shows each rule, and one that is just not it', () => {
    for (const { id } of rules) {
      const files = rulesCorpus.filter((file) => isAbout(file, id));
      const hits = files.filter((file) => findingsOf(file).some((one) => one.id === id));
      assert.ok(hits.length > 0, `${id} is never found`);
      assert.ok(hits.length < files.length, `${id} has no file without it`);
    }
  });

  it('are none in files as trainers publish them, nor where the text does not tell', () => {
    const usual = rulesCorpus.filter((file) => isAbout(file, 'usual'));
    assert.ok(usual.length >= 2);
    for (const file of usual) assert.deepEqual(findingsOf(file), [], file.name);
  });
});

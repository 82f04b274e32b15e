import * as assert from 'node:assert/strict';
import type { TextRange } from '../../../../src/configs/text/yamlText';
import { jsonFormats, yamlFormats } from '../../../../src/configs/trainers/formats/formats';
import { parseJsonTree } from '../../../../src/configs/trainers/jsonTree';
import { readTrainerConfigs } from '../../../../src/configs/trainers/read';
import type { SyntaxFault } from '../../../../src/configs/trainers/tree';
import { parseYamlTree } from '../../../../src/configs/trainers/yamlTree';
import { corpus, requireGolden, type CorpusFile } from './corpus';

/** What is read of a file, with places as the text they cover. */
function told({ text, syntax }: CorpusFile): unknown {
  const at = ({ start, end }: TextRange): string => text.slice(start, end);
  const faultsOf = (faults: readonly SyntaxFault[]): string[] =>
    faults.map(({ message, range }) => `${message} @ ${at(range)}`);
  const { configs, faults } = readTrainerConfigs(text, syntax);
  return {
    configs: configs.map(({ format, kind, place, said, settings, faults: wrong }) => ({
      format,
      kind,
      place: at(place),
      line: text.slice(0, place.start).split('\n').length,
      said: Object.fromEntries(
        Object.entries(said).map(([field, { keyRange, value }]) => [
          field,
          `${at(keyRange)} = ${value ? at(value.range) : ''}`,
        ]),
      ),
      settings: {
        ...settings,
        targetNames: settings.targetNames.map(({ name, range }) => `${name} @ ${at(range)}`),
        ranks: settings.ranks.map(
          ({ value, keyRange, range }) => `${at(keyRange)} = ${value} @ ${at(range)}`,
        ),
        alphas: settings.alphas.map(
          ({ value, keyRange, range }) => `${at(keyRange)} = ${value} @ ${at(range)}`,
        ),
      },
      faults: faultsOf(wrong),
    })),
    faults: faultsOf(faults),
  };
}

describe('trainers’ files', () => {
  const formats = new Set([...jsonFormats, ...yamlFormats].map(({ id }) => id as string));
  const files = corpus().filter(({ folder }) => formats.has(folder) || folder === 'none');
  const ours = files.filter(({ folder }) => folder !== 'none');

  it('are a corpus of all formats', () => {
    assert.ok(ours.length >= 35, `${ours.length} files`);
    assert.deepEqual(new Set(ours.map(({ folder }) => folder)), formats);
  });

  for (const file of ours) {
    it(`${file.name} is read as its golden file says`, () => {
      requireGolden(file.name, told(file));
      const { configs } = readTrainerConfigs(file.text, file.syntax);
      assert.deepEqual(
        configs.map(({ format }) => format),
        [file.folder],
      );
    });
  }

  it('are each claimed by one format alone, and others by none', () => {
    for (const { name, folder, syntax, text } of files) {
      const { root } = syntax === 'json' ? parseJsonTree(text) : parseYamlTree(text);
      const formats = syntax === 'json' ? jsonFormats : yamlFormats;
      const claims = root ? formats.filter((format) => format.recognizes(root)).map(({ id }) => id) : [];
      assert.deepEqual(claims, folder === 'none' ? [] : [folder], name);
    }
  });

  it('are never taken for another trainer’s while they are typed', () => {
    for (const { name, folder, syntax, text } of ours) {
      for (let end = 0; end <= text.length; end++) {
        const { configs } = readTrainerConfigs(text.slice(0, end), syntax);
        for (const { format } of configs) assert.equal(format, folder, `${name}, first ${end} characters`);
      }
    }
  });
});

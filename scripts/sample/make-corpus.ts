import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { trainBpe } from './bpe';
import { buildCorpus } from './corpus';
import { Encoder } from './encoder';
import { paths } from './paths';
import { readSources } from './sources';
import { writeStream } from './streams';
import { writeTokenizer } from './tokenizer';

/** Entries of the tokenizer's vocabulary, end of text included. */
export const vocabularySize = 2048;
/** Tokens the sample model reads at once. */
export const maxLength = 256;

/** Reads the sources, learns the tokenizer from the training documents, and writes both token streams. */
export function makeCorpus(): void {
  const documents = buildCorpus(readSources());
  const train = documents.filter((document) => document.side === 'train');
  const validation = documents.filter((document) => document.side === 'validation');
  const bpe = trainBpe(
    train.map((document) => document.text),
    vocabularySize,
  );
  writeTokenizer(bpe, maxLength);
  const encoder = new Encoder(bpe);
  const summary = {
    vocabulary: bpe.tokens.length,
    train: writeStream('train', train, encoder),
    validation: writeStream('validation', validation, encoder),
  };
  writeFileSync(join(paths.cache, 'corpus.json'), `${JSON.stringify(summary, null, 2)}\n`);
  writeFileSync(join(paths.cache, 'READY'), '');
  console.log(JSON.stringify(summary, null, 2));
}

if (require.main === module) makeCorpus();

import path from 'node:path';
import { readModelFolder } from '../../src/files/modelFolder';
import { generate } from '../../src/models/generate';
import { openModel } from '../../src/models/openModel';
import { loadTokenizer } from '../../src/models/tokenizer';
import { openDevice } from '../../src/tensors/device';

/** `npx tsx scripts/sample/generate.ts "Once upon a time" [MODEL]`: what the sample model continues a text with. */
async function main(): Promise<void> {
  const [
    text = 'The president of the United States',
    folder = path.join(__dirname, '../../media/sample/model'),
  ] = process.argv.slice(2);
  await openDevice('native');
  const model = openModel(await readModelFolder(path.resolve(folder)));
  const tokenizer = await loadTokenizer(path.resolve(folder));
  const added = await generate(model, tokenizer.encode(text), 60, 0);
  console.log(text + tokenizer.decode(added));
}

void main();

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeBigram } from './bigram';
import { checkTokenizer } from './check-tokenizer';
import { makeCorpus } from './make-corpus';
import { paths } from './paths';
import { readSources } from './sources';
import { makeTasks } from './tasks';
import { synsetText } from './wordnet';

/** A step, and the files it leaves: it is skipped where all of them are there. */
interface Step {
  name: string;
  made: string[];
  make: () => void;
}

function run(command: string, args: string[], folder: string): void {
  const { status, error } = spawnSync(command, args, {
    cwd: folder,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    throw new Error(`${command} ${args.join(' ')} failed: ${error?.message ?? `exit ${String(status)}`}`);
}

function checkAgainstLibrary(): void {
  const { wordnet, reviews, mails, chapters } = readSources();
  const texts = [...wordnet.map(synsetText), ...[...reviews, ...mails, ...chapters].map(({ text }) => text)];
  const count = checkTokenizer(texts.flatMap((text) => text.split('\n')));
  console.log(`tokenizer: ${count} texts encoded and decoded as @huggingface/tokenizers does`);
}

const sides = ['train', 'validation', 'test'];
const steps: Step[] = [
  {
    name: 'corpus and tokenizer',
    made: [
      ...['tokenizer.json', 'tokenizer_config.json'].map((name) => join(paths.model, name)),
      ...['train.u16', 'validation.u16', 'corpus.json'].map((name) => join(paths.cache, name)),
    ],
    make: () => {
      makeCorpus();
      checkAgainstLibrary();
    },
  },
  { name: 'bigram yardstick', made: [join(paths.cache, 'bigram.json')], make: makeBigram },
  {
    name: 'tasks',
    made: ['sentiment', 'spam', 'gloss', 'genre'].flatMap((task) =>
      sides.map((side) => join(paths.data, `${task}.${side}.jsonl`)),
    ),
    make: makeTasks,
  },
];

function main(): void {
  const force = process.argv.includes('--force');
  const root = join(__dirname, '..', '..');
  if (!existsSync(join(__dirname, 'node_modules'))) run('npm', ['ci'], __dirname);
  for (const step of steps) {
    if (!force && step.made.every((path) => existsSync(path))) console.log(`${step.name}: already made`);
    else step.make();
  }
  const corpus = JSON.parse(readFileSync(join(paths.cache, 'corpus.json'), 'utf8')) as {
    train: { tokens: number };
  };
  console.log(`${corpus.train.tokens} training tokens`);

  // The model is trained from the streams of .cache alone, in a process of its own.
  if (process.argv.includes('--no-model')) return;
  run('npx', ['tsx', join(__dirname, 'train-model.ts'), ...(force ? ['--fresh'] : [])], root);
  run('npx', ['tsx', join(__dirname, 'record.ts')], root);
}

main();

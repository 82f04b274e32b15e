import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { dependencies } from '../package.json';
import { softwareCard } from '../scripts/lib/softwareCard';
import { version } from '../src/shared/version';
import type { Card } from '../src/tensors/machine/card';
import { listNvidiaCards } from '../src/tensors/machine/nvidia';
import { thisMachine } from '../src/tensors/machine/world';
import type { CardMeasurement, CardPlace } from './lib/cardCase';
import { measureScoring } from './lib/cardScoring';
import { cardShapes, softwareShapes, type CardShape } from './lib/cardShapes';
import { findPython } from './lib/findPython';
import { makeData } from './lib/makeData';
import { makeModel } from './lib/makeModel';
import { describeMachine, writeResult } from './results';

/** What is measured of every shape. A LoRA training step joins the list when the engine trains. */
const measurements: readonly CardMeasurement[] = [{ name: 'score', measure: measureScoring }];

const command = 'npm run bench -- card';
const softwareOption = '--software';

/**
 * Our device `webgpu` against PyTorch on the same card (CUDA, float32 without TF32), in turn, medians of five.
 *
 *     npm run bench -- card
 *     npm run bench -- card --software
 *
 * Needs node_modules, and a python3 whose torch sees the card; nothing is built or fetched. Without npm it is
 * `node node_modules/tsx/dist/cli.mjs bench/run.ts card`. The second form checks this script itself, in a minute and without
 * a card: tiny shapes on Chromium's software card against PyTorch on the CPU; it writes nothing, for its times mean nothing.
 */
export async function benchCard(options: readonly string[]): Promise<void> {
  const unknown = options.find((option) => option !== softwareOption);
  if (unknown !== undefined) throw new Error(`card has no option ${unknown}; it has ${softwareOption}.`);
  if (options.includes(softwareOption)) return checkOnSoftware();
  const cards = (await listNvidiaCards(thisMachine)).map(({ card }) => card);
  const [card] = cards;
  if (card === undefined) {
    console.log('card: there is no NVIDIA card here, so nothing was measured and nothing was written.');
    return;
  }
  if (cards.some(({ name }) => name !== card.name))
    throw new Error('The cards here are of several kinds, so that the two sides might take different ones.');
  const place: CardPlace = {
    software: false,
    torchDevice: 'cuda',
    python: await findPython('cuda'),
    rounds: 5,
  };
  const head = { command, machine: describeMachine(), card: describeCard(card), rounds: place.rounds };
  // After each, since the time that such a machine is lent may end.
  await measureAll(cardShapes, place, (sides, results) =>
    writeResult('card', { ...head, ...sides, ...results }),
  );
}

async function checkOnSoftware(): Promise<void> {
  const variables = softwareCard();
  if (variables === undefined)
    throw new Error("Chromium's software card is not here; install it: sudo apt install chromium");
  // The engine's processes inherit them.
  Object.assign(process.env, variables);
  const python = await findPython('cpu');
  await measureAll(
    softwareShapes,
    { software: true, torchDevice: 'cpu', python, rounds: 2 },
    () => undefined,
  );
  console.log(
    'card: the script works on the software card; nothing was written, for its times mean nothing.',
  );
}

/** @param keep called after each measurement with what there is so far @throws Error where scores disagree, when all is kept */
async function measureAll(
  shapes: readonly CardShape[],
  place: CardPlace,
  keep: (sides: Readonly<Record<string, unknown>>, results: Readonly<Record<string, unknown>>) => void,
): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-'));
  const results: Record<string, unknown> = {};
  const complaints: string[] = [];
  try {
    for (const { name: of, shape, dtype, sizes } of shapes) {
      const model = path.join(folder, shape.family);
      await makeModel(model, shape, { dtype });
      for (const [samples, tokens] of sizes) {
        const data = path.join(folder, `${shape.family}-${samples}x${tokens}.jsonl`);
        await makeData(data, { samples, tokens, vocabulary: shape.vocabulary });
        for (const { name: what, measure } of measurements) {
          const name = `${what}: ${of}, ${samples} x ${tokens}`;
          const { figures, about, complaint } = await measure({ name, model, data, samples, tokens }, place);
          results[name] = figures;
          console.log(name, JSON.stringify(figures));
          if (complaint !== undefined) complaints.push(complaint);
          keep({ versions, ...about }, results);
        }
      }
      await rm(model, { recursive: true });
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  if (complaints.length > 0) throw new Error(complaints.join('\n'));
}

const versions = {
  'adapter-lab': version,
  'webgpu (Dawn)': dependencies.webgpu,
  'tfjs-backend-webgpu': dependencies['@tensorflow/tfjs-backend-webgpu'],
};

const describeCard = ({ name, driver, memoryBytes }: Card) => ({
  name,
  driver,
  memoryGiB: memoryBytes === undefined ? undefined : Number((memoryBytes / 2 ** 30).toFixed(1)),
});

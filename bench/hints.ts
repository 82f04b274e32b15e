import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { factsOf } from '../src/configs/trainers/facts';
import { readTrainerConfigs } from '../src/configs/trainers/read';
import { readBaseModel, type BaseModel } from '../src/files/baseModel';
import { exactKey } from '../src/peft/exactPatterns';
import { configOf } from './lib/modelConfig';
import { tensorsOf, type ModelShape, type TensorSpec } from './lib/modelShapes';
import { describeMachine, median, writeResult } from './results';

/**
 * What an editor asks for at each change of a config: parsed, matched against its base model, and put into hints. The model is
 * Llama 3.1 405B in 191 files of headers alone (holes on the disk, no weights); the config has a row of `rank_pattern` for
 * each of its 882 linear modules, by full paths as we write them, and by bare dotted paths as EVA does.
 *
 *     npm run bench -- hints
 */
const llama405b: ModelShape = {
  family: 'llama',
  width: 16384,
  layers: 126,
  heads: 128,
  keyValueHeads: 8,
  mlpWidth: 53248,
  vocabulary: 128256,
  positions: 131072,
};
const shards = 191;
const rounds = 51;

export async function benchHints(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), 'adapter-lab-bench-'));
  try {
    await makeHeaders(folder);
    const before = performance.now();
    const base = await readBaseModel(folder);
    const headers = performance.now() - before;
    const exact = configText(base, exactKey);
    const dotted = configText(base, (one) => one);
    writeResult('hints', {
      machine: describeMachine(),
      model: `${base.layers} layers, ${shards} files, ${(base.parameters / 1e9).toFixed(0)} billion parameters`,
      rows: 882,
      'headers of the model, ms': round(headers),
      'exact keys': measured(exact, base),
      'dotted paths': measured(dotted, base),
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Of the first pass, and the median of those after it. */
function measured(text: string, base: BaseModel): Record<string, number> {
  const times = Array.from({ length: rounds }, () => pass(text, base));
  const [cold = { parse: 0, hints: 0, cpu: 0, count: 0 }, ...warm] = times;
  const of = (part: 'parse' | 'hints' | 'cpu'): number => median(warm.map((one) => one[part]));
  return {
    hints: cold.count,
    'cold, ms': round(cold.parse + cold.hints),
    'warm, ms': round(median(warm.map(({ parse, hints }) => parse + hints))),
    'warm, ms of processor time': round(of('cpu')),
    'fastest, ms': round(Math.min(...warm.map(({ parse, hints }) => parse + hints))),
    'warm parse, ms': round(of('parse')),
    'warm match and hints, ms': round(of('hints')),
  };
}

function pass(text: string, base: BaseModel): { parse: number; hints: number; cpu: number; count: number } {
  const busy = process.cpuUsage();
  const start = performance.now();
  const config = readTrainerConfigs(text, 'json').configs[0]!;
  const parsed = performance.now();
  const { hints, resolved } = factsOf({ text, config, base });
  const end = performance.now();
  const { user, system } = process.cpuUsage(busy);
  if (resolved?.modules.length !== 882 || resolved.modules.some(({ rankRow }) => !rankRow))
    throw new Error('A row of the config holds for no module.');
  return { parse: parsed - start, hints: end - parsed, cpu: (user + system) / 1000, count: hints.length };
}

function configText({ matrices }: BaseModel, keyOf: (path: string) => string): string {
  const paths = matrices.filter(({ kind }) => kind === 'linear').map((matrix) => matrix.path);
  const rows = (value: (at: number) => number): Record<string, number> =>
    Object.fromEntries(paths.map((one, at) => [keyOf(one), value(at)]));
  return JSON.stringify(
    {
      peft_type: 'LORA',
      base_model_name_or_path: 'meta-llama/Llama-3.1-405B',
      r: 64,
      lora_alpha: 128,
      target_modules: paths,
      rank_pattern: rows((at) => 4 + (at % 61)),
      alpha_pattern: rows((at) => 2 * (4 + (at % 61))),
    },
    null,
    2,
  );
}

async function makeHeaders(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, 'config.json'), JSON.stringify(configOf(llama405b, 'BF16')));
  const tensors = tensorsOf(llama405b);
  const names = Array.from({ length: shards }, (_, at) => `model-${at + 1}-of-${shards}.safetensors`);
  const fileAt = (index: number): number => Math.floor((index * shards) / tensors.length);
  for (const [at, name] of names.entries()) {
    await writeHoles(
      path.join(folder, name),
      tensors.filter((_, index) => fileAt(index) === at),
    );
  }
  const map = Object.fromEntries(tensors.map(({ name }, index) => [name, names[fileAt(index)]!]));
  await writeFile(path.join(folder, 'model.safetensors.index.json'), JSON.stringify({ weight_map: map }));
}

/** A header, and a file of the right length that takes no room. */
async function writeHoles(file: string, tensors: readonly TensorSpec[]): Promise<void> {
  let end = 0;
  const entries = tensors.map(({ name, shape }) => {
    const begin = end;
    end += 2 * shape.reduce((product, size) => product * size, 1);
    return [name, { dtype: 'BF16', shape, data_offsets: [begin, end] }] as const;
  });
  const json = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const handle = await open(file, 'w');
  try {
    await handle.writeFile(Buffer.concat([length, json]));
    await handle.truncate(8 + json.length + end);
  } finally {
    await handle.close();
  }
}

const round = (ms: number): number => Number(ms.toFixed(1));

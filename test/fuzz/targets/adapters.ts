import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readModelFolder } from '../../../src/files/modelFolder';
import { readBaseModel } from '../../../src/files/baseModel';
import { configName, weightsName } from '../../../src/peft/folder';
import { keyMatcher } from '../../../src/peft/keyMatcher';
import { keyFor, targetMatcher } from '../../../src/peft/patterns';
import { loraRow, readAdapter, readConfig } from '../../../src/peft/read';
import { LabError } from '../../../src/shared/errors';
import { mutateJson } from '../mutators/json';
import { textOf, type FuzzTarget, type Random, type Seed } from '../target';

const reference = path.resolve(__dirname, '../../reference/data');
const made = path.resolve(__dirname, '../../unit/peft/data');

/** PEFT's configuration with the weights it is for, matched against the model's modules and read on it. */
const config: FuzzTarget = {
  name: 'adapter-config',
  open: async (folder) => {
    const model = path.join(folder, 'model');
    mkdirSync(model);
    for (const name of ['config.json', 'model.safetensors'])
      copyFileSync(path.join(reference, 'llama-1', name), path.join(model, name));
    const adapter = path.join(folder, 'adapter');
    mkdirSync(adapter);
    copyFileSync(path.join(reference, 'llama-1/lora', weightsName), path.join(adapter, weightsName));
    const [read, base] = [await readModelFolder(model), await readBaseModel(model)];
    const configs = [
      path.join(reference, 'llama-1/lora'),
      ...['lora-patterns', 'lora-all-linear', 'adalora-pruned', 'lily'].map((name) => path.join(made, name)),
    ];
    return {
      seeds: configs.map((place): Seed => ({
        name: path.basename(place),
        input: readFileSync(path.join(place, configName), 'utf8'),
      })),
      mutate: ({ input }, random) => withPattern(mutateJson(textOf(input), [], random), random),
      read: async (input) => {
        await writeFile(path.join(adapter, configName), input);
        const config = await readConfig(adapter);
        const isTargeted = targetMatcher(config);
        for (const { path: name, kind } of base.matrices) {
          if (!isTargeted(name, kind) || config.peft_type !== 'LORA') continue;
          const { rank, scaling } = loraRow(name, config, config.r);
          assert.ok(rank > 0 && typeof scaling === 'number');
        }
        return (await readAdapter(adapter, read)).modules.size > 0;
      },
    };
  },
};

const pieces = [
  'a', 'q_proj', '.', '.*', '.+', '\\.', '(', ')', '(?:', '(?=', '(?!', '(?<=', '|', '*', '+', '?', '{2}', '{1,}', '{9999999}', '[a-z]',
  '[^.]', '[', ']', '^', '$', '\\d+', '\\w', '\\b', '\\1', '(?P<x>', '(?P=x)', '\\Z', '\\p{L}', '(a|a)', '(.|.)', '(a*)*', '(a|b|ab)',
  'a?', '.?', '.*?', '\\', '{', '}', '🦙', '\\u0041', '(?i)', '\n',
]; // prettier-ignore

/** An expression as nobody would write it, and as somebody might who wants it not to end. */
function expression(random: Random): string {
  const one = (): string => pieces[Math.floor(random() * pieces.length)] ?? '';
  const [first, times] = [one() + (random() < 0.5 ? one() : ''), 1 + Math.floor(random() ** 3 * 40)];
  return (
    (random() < 0.5 ? first.repeat(times) : '') +
    Array.from({ length: Math.floor(random() * 6) }, one).join('')
  );
}

/** Now and then with an expression in place of a name. */
function withPattern(text: string, random: Random): string {
  if (random() < 0.5) return text;
  const written = JSON.stringify(expression(random));
  return text
    .replace(/"target_modules": (?:\[[^\]]*\]|"[^"]*"|null)/, `"target_modules": ${written}`)
    .replace(/"rank_pattern": (?:\{[^}]*\}|null)/, `"rank_pattern": {${written}: 2}`);
}

const texts = [
  'model.layers.0.self_attn.q_proj',
  `${'a'.repeat(60)}!`,
  `model.${'layers.'.repeat(30)}0.x`,
  'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.bbbbbbbbbbbbbbbbbbbb',
  'q_proj\nq_proj',
];

/** Expressions by themselves, in every place where a configuration may have one. */
const patterns: FuzzTarget = {
  name: 'patterns',
  open: () =>
    Promise.resolve({
      seeds: [{ name: 'none', input: '' }],
      mutate: (_, random) => expression(random),
      read: (input) => {
        const written = textOf(input);
        const found = texts.map((text) => {
          const slow = outcome(() => keyFor([written], text));
          assert.deepEqual(
            outcome(() => keyMatcher([written])(text)),
            slow,
          );
          outcome(() => targetMatcher({ target_modules: written })(text));
          outcome(() => targetMatcher({ target_modules: ['x'], modules_to_save: [written] })(text));
          const layers = { layers_to_transform: [0], layers_pattern: [written] };
          outcome(() => targetMatcher({ target_modules: ['x', 'q_proj'], ...layers })(text));
          return slow;
        });
        return found.some((one) => one === written);
      },
    }),
};

/** What a function gives, or the code of its error. */
function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (thrown) {
    if (thrown instanceof LabError) return { code: thrown.code };
    throw thrown;
  }
}

export const adapters: readonly FuzzTarget[] = [config, patterns];

import { readdir } from 'node:fs/promises';
import { readModelFolder, type ModelFolder } from '../../files/modelFolder';
import { requireComputable } from '../../files/quantized';
import { toLabError } from '../../shared/errors';
import { formatCount } from '../../shared/format';
import type { Module } from '../../shared/words';
import type { Ability } from './guessTask';

/** A model that can be experimented on, as its headers tell. */
export interface FoundModel {
  /** Absolute. */
  readonly folder: string;
  readonly name: string;
  readonly ability: Ability;
  readonly facts: string;
  readonly layers: number;
  readonly parameters: number;
  readonly modules: readonly Module[];
}

/** A model that is there and cannot be scored, with the reason. */
export interface RefusedModel {
  readonly folder: string;
  readonly name: string;
  readonly refused: string;
}

/** What the head of a model can be trained to do, by its class and type. */
export function abilityOf({
  architecture,
  modelType,
}: Pick<ModelFolder, 'architecture' | 'modelType'>): Ability {
  if (modelType === 'vit') return 'images';
  const isEncoder = /^(?:bert|camembert|distilbert|roberta|xlm-roberta)$/.test(modelType);
  return isEncoder || /ForSequenceClassification$/.test(architecture) ? 'classes' : 'language';
}

/**
 * Looks at a folder that has a config.json. Never rejects.
 *
 * @returns undefined where it holds no weights, and so is no model
 */
export async function lookAtModel(
  folder: string,
  name: string,
): Promise<FoundModel | RefusedModel | undefined> {
  const names = await readdir(folder).catch(() => [] as string[]);
  if (!names.some((one) => /\.safetensors(?:\.index\.json)?$|^pytorch_model.*\.bin$/.test(one)))
    return undefined;
  try {
    const model = await readModelFolder(folder);
    requireComputable(model);
    const { architecture, layers, parameters, modules } = model;
    const facts = `${architecture}, ${layers} layers, ${formatCount(parameters)} parameters`;
    return { folder, name, ability: abilityOf(model), facts, layers, parameters, modules };
  } catch (thrown) {
    const { message, next } = toLabError(thrown);
    return { folder, name, refused: `${message} ${next}` };
  }
}

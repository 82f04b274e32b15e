import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { TextEdit } from '../../configs/text/textEdit';
import type { TextRange } from '../../configs/text/yamlText';
import type { TrainerConfig } from '../../configs/trainers/description';
import { readAgain, syntaxOf } from '../../configs/trainers/read';
import { readerOf } from '../../configs/trainers/readerOf';
import { findings, syntaxFindings } from '../../configs/trainers/rules/rules';
import type { Severity } from '../../configs/trainers/rules/rule';
import { readBaseModel, type BaseModel } from '../../files/baseModel';
import { fileError } from '../../files/fileError';
import { findBaseModel } from '../../files/findBaseModel';
import { experimentEnding } from '../../shared/ids';
import { LabError } from '../../shared/errors';
import { experimentFindings } from './experimentFindings';

/** One finding, of a trainer's file or of an experiment, as all of the outputs show it. */
export interface Found {
  /** `D1`, `syntax`, `value`, or an experiment's error code. */
  readonly id: string;
  readonly severity: Severity;
  readonly message: string;
  /** What to do, one sentence, where a message has it apart. */
  readonly next?: string | undefined;
  readonly documentation?: string | undefined;
  readonly range: TextRange;
  readonly fixes: readonly { readonly title: string; readonly edits: readonly TextEdit[] }[];
}

export interface CheckedFile {
  /** Absolute. */
  readonly file: string;
  readonly text: string;
  readonly found: readonly Found[];
  /** Whether every base model was at hand, without which some rules say nothing. */
  readonly hasBase: boolean;
}

/** Where base models are looked for; each is read once. */
export class BaseModels {
  private readonly read = new Map<string, Promise<BaseModel | undefined>>();

  /** @param given the folder that is taken for all files; absolute */
  constructor(private readonly given: BaseModel | undefined) {}

  /**
   * The base model of a config: the one that was given, or the one that it names, as a folder from its own or from where the
   * command runs, or as a name in the hub's cache.
   */
  async of({ settings: { baseModel: name } }: TrainerConfig, file: string): Promise<BaseModel | undefined> {
    if (this.given) return this.given;
    if (name === undefined) return undefined;
    const { folder } = await findBaseModel({
      name,
      folder: path.dirname(file),
      workspaceFolders: [process.cwd()],
    });
    if (folder === undefined) return undefined;
    let found = this.read.get(folder);
    if (!found) this.read.set(folder, (found = readOrNot(folder)));
    return found;
  }
}

/** A folder that cannot be read is as good as none here. */
const readOrNot = (folder: string): Promise<BaseModel | undefined> =>
  readBaseModel(folder).catch((thrown: unknown) => {
    if (thrown instanceof LabError) return undefined;
    throw thrown;
  });

/**
 * Checks one file.
 *
 * @param file absolute
 * @returns undefined where the file is neither an experiment nor of a trainer that is known
 * @throws LabError `experiment-missing` where it cannot be read
 */
export async function checkFile(file: string, bases: BaseModels): Promise<CheckedFile | undefined> {
  const isExperiment = file.endsWith(experimentEnding);
  const syntax = syntaxOf(file);
  if (!isExperiment && syntax === undefined) return undefined;
  const text = await readFile(file, 'utf8').catch((thrown: unknown) => {
    throw fileError(thrown, 'experiment-missing', 'The file', file, 'Check its path and its permissions.');
  });
  if (isExperiment) return { file, text, found: await experimentFindings(text, file), hasBase: true };
  const read = await readerOf(syntax ?? 'yaml');
  const { configs, faults } = read(text);
  if (configs.length === 0) return undefined;
  const models = await Promise.all(configs.map((config) => bases.of(config, file)));
  const found: Found[] = [
    ...syntaxFindings(text, faults),
    ...configs.flatMap((config, at) => findings(text, config, models[at], readAgain(config, read))),
  ];
  found.sort((a, b) => a.range.start - b.range.start);
  return { file, text, found, hasBase: models.every((model) => model !== undefined) };
}

import { basename, dirname, extname, join } from 'node:path';

/** The files of one task: what is trained on, and what it is measured on. Absolute paths. */
export interface DataSet {
  /** `spam` of `spam.train.jsonl`; the folder's name where files are called for their part alone. */
  readonly name: string;
  readonly train: string;
  readonly validation: string | undefined;
  readonly test: string | undefined;
}

type Part = 'train' | 'validation' | 'test';

const words: readonly (readonly [RegExp, Part])[] = [
  [/(?:^|[._-])train(?:ing)?(?=$|[._-])/i, 'train'],
  [/(?:^|[._-])(?:valid(?:ation)?|val|dev|eval)(?=$|[._-])/i, 'validation'],
  [/(?:^|[._-])test(?=$|[._-])/i, 'test'],
];

/** `-00000-of-00002`, as the hub's files have it. */
const shard = /-\d{5}-of-\d{5}$/;

/**
 * Files that are parts of one data set, told by their names, as one: `spam.train.jsonl` and `spam.validation.jsonl`, or
 * `train.csv` and `test.csv` of a folder. Those with a part to train on come first.
 *
 * @param files absolute paths
 */
export function dataSetsOf(files: readonly string[]): DataSet[] {
  const groups = new Map<string, { name: string; parts: Partial<Record<Part, string>>; isNamed: boolean }>();
  for (const file of [...files].sort()) {
    const { stem, part } = partOf(file);
    // What says of no part is a set by itself, beside one of the same name that does.
    const key = `${join(dirname(file), stem)}\n${part === undefined}`;
    const name = stem || basename(dirname(file));
    const group = groups.get(key) ?? { name, parts: {}, isNamed: part !== undefined };
    groups.set(key, group);
    // Of several shards, or of several formats, the first.
    group.parts[part ?? 'train'] ??= file;
  }
  const sets = [...groups.values()].flatMap(({ name, parts, isNamed }): (DataSet & { order: number })[] => {
    const { train = parts.validation ?? parts.test } = parts;
    if (train === undefined) return [];
    const [validation, test] = [parts.validation, parts.test].map((file) =>
      file === train ? undefined : file,
    );
    return [{ name, train, validation, test, order: isNamed && parts.train !== undefined ? 0 : 1 }];
  });
  return sets
    .sort((a, b) => a.order - b.order || a.train.localeCompare(b.train))
    .map(({ name, train, validation, test }) => ({ name, train, validation, test }));
}

/** The set of a file that was picked by hand, with the parts that lie beside it. */
export function dataSetOf(file: string, beside: readonly string[]): DataSet {
  const found = dataSetsOf([...new Set([...beside, file])]).find(({ train }) => train === file);
  return (
    found ?? {
      name: partOf(file).stem || basename(dirname(file)),
      train: file,
      validation: undefined,
      test: undefined,
    }
  );
}

function partOf(file: string): { stem: string; part: Part | undefined } {
  const stem = basename(file, extname(file)).replace(shard, '');
  for (const [word, part] of words) {
    if (word.test(stem)) return { stem: stem.replace(word, '').replace(/^[._-]+|[._-]+$/g, ''), part };
  }
  return { stem, part: undefined };
}

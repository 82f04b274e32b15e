import type { ConfigEntry, ConfigNode } from '../tree';
import type { Token } from './tokens';

/** A place that names a model, in the order of the source. */
export interface NamedModel extends ConfigEntry {
  readonly value: ConfigNode;
}

/** Names under which scripts keep their base model, as variables and as arguments; letters' case aside. */
const names = /^(?:base_?)?model(?:_(?:name|id|path|name_or_path))?$/i;
/** What is loaded beside the model, and adapters, which are no base. */
const beside = /Tokenizer|Processor|Config|Extractor|Peft/;

/**
 * The places that name a model: `from_pretrained("…")`, `model_name="…"`, `MODEL_ID = "…"`.
 * @param valueAt reads the value at a word; undefined where it is no text
 */
export function namedModels(
  tokens: readonly Token[],
  valueAt: (index: number) => ConfigNode | undefined,
): NamedModel[] {
  const found: NamedModel[] = [];
  const type = (index: number): string => tokens[index]?.type ?? '';
  const add = ({ text, start, end }: Token, index: number): void => {
    const value = valueAt(index);
    if (value) found.push({ key: text, keyRange: { start, end }, value });
  };
  for (const [index, token] of tokens.entries()) {
    if (token.type !== 'identifier' || type(index - 1) === 'def') continue;
    if (token.text === 'from_pretrained' && type(index + 1) === '(') {
      const of = type(index - 1) === '.' ? (tokens[index - 2]?.text ?? '') : '';
      if (!beside.test(of)) add(token, index + 2);
    } else if (token.text === 'pretrained_model_name_or_path' || names.test(token.text)) {
      // `model_name: str = "…"` as well.
      const sign = type(index + 1) === ':' && type(index + 3) === '=' ? index + 3 : index + 1;
      if (type(sign) === '=' && type(index - 1) !== '.') add(token, sign + 1);
    }
  }
  return found;
}

/** The place nearest before an offset; where none is before it, the first one behind. */
export const nearestModel = (models: readonly NamedModel[], offset: number): NamedModel | undefined =>
  models.findLast(({ keyRange }) => keyRange.start < offset) ?? models[0];

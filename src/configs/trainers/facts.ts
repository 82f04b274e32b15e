import type { BaseModel } from '../../files/baseModel';
import { toLabError, type LabError } from '../../shared/errors';
import type { TextRange } from '../text/yamlText';
import type { TrainerConfig } from './description';
import { hintsOf } from './facts/hints';
import { hoverOf } from './facts/hovers';
import type { Field } from './fields';
import { resolve, type ResolvedAdapter } from './resolve';

/** Scores of a run by the path that plans go by, which is the checkpoint's. */
export type PathScores = ReadonlyMap<string, number>;

/** What facts are about. */
export interface FactsInput {
  readonly text: string;
  readonly config: TrainerConfig;
  /** Absent where the base model was not found: what can be said without it is said. */
  readonly base?: BaseModel | undefined;
  readonly scores?: PathScores | undefined;
}

/** Shown behind what a line says, in fewer than 43 characters, beyond which VS Code cuts. */
export interface FactHint {
  /** Where in the text it hangs: the end of the line, or of the value where its line goes on. */
  readonly offset: number;
  readonly text: string;
  readonly tooltip?: string | undefined;
  readonly field: Field;
}

/** Markdown about what the pointer is on. */
export interface FactHover {
  readonly range: TextRange;
  readonly markdown: string;
}

export interface ConfigFacts {
  readonly resolved: ResolvedAdapter | undefined;
  /** Why the file does not come to anything on its base model: a pattern that is no regular expression. */
  readonly error: LabError | undefined;
  /** By offset. */
  readonly hints: readonly FactHint[];
  hoverAt(offset: number): FactHover | undefined;
}

/** What a file comes to on its base model, in words. Depends on its arguments alone, so it can be kept for a version of a text. */
export function factsOf(input: FactsInput): ConfigFacts {
  const { config, base } = input;
  let resolved: ResolvedAdapter | undefined;
  let error: LabError | undefined;
  try {
    resolved = base && resolve(config, base);
  } catch (thrown) {
    error = toLabError(thrown);
  }
  return {
    resolved,
    error,
    hints: hintsOf(input, resolved),
    hoverAt: (offset) => hoverOf(input, resolved, offset),
  };
}

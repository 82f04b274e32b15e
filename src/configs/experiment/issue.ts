import type { ErrorCode } from '../../shared/errors';
import type { TextRange } from '../text/yamlText';

/** Something wrong with a file that a user edits, with its place. The command line prints it, the editor underlines it. */
export interface Issue {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning';
  /** What is wrong, one sentence. */
  readonly message: string;
  /** What to do, one sentence. */
  readonly next: string;
  readonly range: TextRange;
  /** What the text of `range` most likely should be: a quick fix. */
  readonly replacement?: string;
}

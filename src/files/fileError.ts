import { LabError, type ErrorCode } from '../shared/errors';

/** The `code` of a file system error (`ENOENT`, …), or undefined for any other thrown value. */
export const systemCode = (thrown: unknown): string | undefined =>
  thrown instanceof Error ? (thrown as NodeJS.ErrnoException).code : undefined;

/**
 * A file system error in a user's words.
 *
 * @param code the code of the `LabError`, by what the file is for
 * @param what what the file is, as the sentence's subject: `The weight file`
 * @param next the next step where the file does not exist
 */
export function fileError(
  thrown: unknown,
  code: ErrorCode,
  what: string,
  path: string,
  next: string,
): LabError {
  if (thrown instanceof LabError) return thrown;
  const options = { cause: thrown };
  switch (systemCode(thrown)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new LabError(code, `${what} ${path} does not exist.`, next, options);
    case 'EACCES':
    case 'EPERM':
      return new LabError(
        code,
        `${what} ${path} may not be read.`,
        'Grant yourself read permission to it.',
        options,
      );
    case 'EISDIR':
      return new LabError(code, `${what} ${path} is a folder.`, next, options);
    default: {
      const words = thrown instanceof Error ? thrown.message : String(thrown);
      return new LabError(code, `${what} ${path} cannot be read: ${words}.`, next, options);
    }
  }
}

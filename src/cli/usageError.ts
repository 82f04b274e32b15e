import type { CommanderError } from 'commander';
import { LabError } from '../shared/errors';

/** What commander says of wrong options (`error: unknown option '--x'`) as an error of ours. */
export function usageError({ message }: CommanderError): LabError {
  const words = message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const sentence = words.charAt(0).toUpperCase() + words.slice(1);
  return new LabError(
    'option-invalid',
    sentence.endsWith('.') ? sentence : `${sentence}.`,
    'Read the options with: adapter-lab COMMAND --help.',
  );
}

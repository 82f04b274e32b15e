import type { Command, CommanderError } from 'commander';
import { isNear, nearestOf } from '../configs/text/nearest';
import { LabError } from '../shared/errors';

/**
 * What commander says of wrong options (`error: unknown option '--x'`) as an error of ours.
 *
 * @param words what was given behind `adapter-lab`
 */
export function usageError(
  { code, message }: CommanderError,
  program: Command,
  words: readonly string[],
): LabError {
  const command = program.commands.find((one) => one.name() === words[0]);
  const slip =
    code === 'commander.missingMandatoryOptionValue' && command ? slipIn(command, words.slice(1)) : undefined;
  const said = slip ?? message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
  const sentence = said.charAt(0).toUpperCase() + said.slice(1);
  return new LabError(
    'option-invalid',
    sentence.endsWith('.') ? sentence : `${sentence}.`,
    `Read the options with: adapter-lab ${command ? `${command.name()} ` : ''}--help.`,
  );
}

/** An option that is written wrong is the reason why it is missing, and commander looks for what is missing first. */
function slipIn(command: Command, words: readonly string[]): string | undefined {
  const known = command.options.flatMap(({ long }) => long ?? []);
  const given = words.flatMap((word) => (word.startsWith('--') ? word.replace(/=.*$/s, '') : []));
  const slip = given.find((word) => word !== '--' && word !== '--help' && !known.includes(word));
  if (slip === undefined) return undefined;
  const meant = nearestOf(slip, known);
  return `unknown option '${slip}'${meant !== undefined && isNear(slip, meant) ? ` (Did you mean ${meant}?)` : ''}`;
}

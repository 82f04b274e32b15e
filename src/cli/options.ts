import { InvalidArgumentError, Option } from 'commander';
import path from 'node:path';
import { parseShare } from '../shared/quantity';
import { devices } from '../shared/words';

/** Parsers and options that several commands share. */
export function positiveInteger(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value <= 0)
    throw new InvalidArgumentError('It must be a whole number above 0.');
  return value;
}

export function nonNegativeInteger(text: string): number {
  const value = integer(text);
  if (value < 0) throw new InvalidArgumentError('It must be a whole number, 0 or more.');
  return value;
}

export function share(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (!(value >= 0 && value <= 1)) throw new InvalidArgumentError('It must be a number from 0 to 1.');
  return value;
}

/** `95%` or `0.95`, as experiments write it. */
export function confidence(text: string): number {
  const value = parseShare(text);
  if (value === undefined) throw new InvalidArgumentError('It must be a share such as 95%.');
  return value;
}

export function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value)) throw new InvalidArgumentError('It must be a whole number.');
  return value;
}

export function positiveNumber(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('It must be a number above 0.');
  return value;
}

/** `rank=8,layers=50%`: a number, or a share as experiments write it, for each dimension. */
export function pointOption(text: string): Readonly<Record<string, number>> {
  const pairs = text.split(',').map((part) => {
    const [, name, number = ''] = /^\s*([a-z_]+)=(\S+)\s*$/.exec(part) ?? [];
    const value = /^\d+(\.\d+)?$/.test(number) ? Number(number) : parseShare(number);
    if (name === undefined || value === undefined)
      throw new InvalidArgumentError('It must be numbers with names, such as rank=8,layers=50%.');
    return [name, value] as const;
  });
  return Object.fromEntries(pairs);
}

export const absolute = (file: string): string => path.resolve(file);

export const deviceOption = (): Option =>
  new Option('--device <name>', 'what to compute on').choices(['auto', ...devices]).default('auto');

/** The option as it was given, for the command that a run records. */
export const deviceGiven = (device: string): string[] => (device === 'auto' ? [] : [`--device ${device}`]);

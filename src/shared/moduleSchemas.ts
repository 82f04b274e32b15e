import * as z from 'zod';

/**
 * More layers than any transformer has. Tables have a column for each, so a number out of a file is held to this before
 * anything is made of it.
 */
export const mostLayers = 10_000;

/** A layer's number in a file, from 0. */
export const layerSchema = z
  .number()
  .int()
  .nonnegative()
  .max(mostLayers - 1);

/**
 * A module's path in a file. Plans and tables are objects by path: names that every object answers to (`__proto__`,
 * `constructor`) are no modules, and writing to what they name would change every object of the program.
 */
export const modulePathSchema = z
  .string()
  .min(1)
  .refine((path) => !(path in Object.prototype), 'is no name of a module');

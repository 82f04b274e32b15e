// By name: with the whole file as a value, all of it ends up in every bundle.
import { version as written } from '../../package.json';

/** This version of Adapter Lab, as package.json says. */
export const version: string = written;

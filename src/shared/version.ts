import manifest from '../../package.json';

/** This version of Adapter Lab, as package.json says. */
export const version: string = manifest.version;

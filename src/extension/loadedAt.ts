/** When the bundle began to load. Imported before everything else, so that what loads after it is counted. */
export const loadedAt = performance.now();

/**
 * What a search is asked and what is told of it, in a bundle of its own: the models of `src/search` are loaded once a search is
 * looked at. Errors that leave it are of its own class `LabError`; `toLabError` knows them.
 */
export { addTrial, goOn, pauseSearch } from './searches/commands';
export { SearchFeed } from './searches/searchFeed';
export { steer } from './searches/steer';

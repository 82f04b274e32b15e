/**
 * The bundle of _Install GPU Runtime_: few ever need it, and it would weigh on every start of the extension. Errors that
 * leave it are of its own class `LabError`; `toLabError` knows them.
 */
export { manageRuntimes } from './runtimes/manageRuntimes';

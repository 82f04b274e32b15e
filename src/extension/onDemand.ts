/**
 * Commands in a bundle of their own, which is loaded when one of them is called: they would weigh on every start of the
 * extension. Errors that leave it are of its own class `LabError`; `toLabError` knows them.
 */
export { requireAllocatable } from '../planning/planRequest';
export { commitPlan } from './commands/commitPlan';
export { planFor, recordPlan } from './runs/planFromRun';
export { manageRuntimes } from './runtimes/manageRuntimes';

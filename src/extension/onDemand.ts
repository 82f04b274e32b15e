/**
 * Commands in a bundle of their own, which is loaded when one of them is called, and what hovers alone need: they would weigh
 * on every start of the extension. Errors that leave it are of its own class `LabError`; `toLabError` knows them.
 */
export { requireAllocatable } from '../planning/planRequest';
export { commitPlan } from './commands/commitPlan';
export { pickModel } from './commands/pickModel';
export { selectDevice } from './commands/selectDevice';
export { experimentForConfig } from './newExperiment/forConfig';
export { newExperiment } from './newExperiment/newExperiment';
export { showLine, showStep } from './newExperiment/showStep';
export { planFor, recordPlan } from './runs/planFromRun';
export { diagnosticReport } from './report/diagnosticReport';
export { manageRuntimes } from './runtimes/manageRuntimes';
export { openSample, showSample } from './sample/openSample';
export { whyOf } from './trainers/why';

/**
 * Commands in a bundle of their own, which is loaded when one of them is called, and what hovers alone need: they would weigh
 * on every start of the extension. Errors that leave it are of its own class `LabError`; `toLabError` knows them.
 */
export { allocatePlan } from './commands/allocate';
export { commitPlan } from './commands/commitPlan';
export { judge } from './commands/judge';
export { pickModel } from './commands/pickModel';
export { resume } from './commands/resume';
export { runExperiment } from './commands/runExperiment';
export { scoreLayers } from './commands/scoreLayers';
export { searchRanks } from './commands/searchRanks';
export { selectDevice } from './commands/selectDevice';
export { train } from './commands/train';
export { experimentForConfig } from './newExperiment/forConfig';
export { newExperiment } from './newExperiment/newExperiment';
export { showLine, showStep } from './newExperiment/showStep';
export { diagnosticReport } from './report/diagnosticReport';
export { manageRuntimes } from './runtimes/manageRuntimes';
export { openSample, showSample } from './sample/openSample';
export { whyOf } from './trainers/why';

/** Every id that package.json contributes, in one place; a test holds package.json, the code and the README to it. */
export const category = 'Adapter Lab';

/** Command id -> title. Titles are fixed. */
export const commands = {
  'adapterLab.newExperiment': 'New Experiment',
  'adapterLab.openSample': 'Open Sample',
  'adapterLab.scoreLayers': 'Score Layers',
  'adapterLab.allocate': 'Allocate',
  'adapterLab.searchRanks': 'Search Ranks',
  'adapterLab.pauseSearch': 'Pause Search',
  'adapterLab.addTrial': 'Add Trial',
  'adapterLab.train': 'Train',
  'adapterLab.judge': 'Judge',
  'adapterLab.runExperiment': 'Run Experiment',
  'adapterLab.commitPlan': 'Commit Plan',
  'adapterLab.applyPlan': 'Apply Plan',
  'adapterLab.exportPlan': 'Export Plan',
  'adapterLab.importScores': 'Import Scores',
  'adapterLab.showAllocationMap': 'Show Allocation Map',
  'adapterLab.compare': 'Compare with…',
  'adapterLab.stop': 'Stop',
  'adapterLab.resume': 'Resume',
  'adapterLab.selectDevice': 'Select Device',
  'adapterLab.installGpuRuntime': 'Install GPU Runtime',
  'adapterLab.diagnosticReport': 'Diagnostic Report',
} as const;
export type CommandId = keyof typeof commands;

/** Commands about a row of the side bar; the palette, which has no rows, does not offer them. */
export const viewCommands = {
  'adapterLab.refreshExperiments': 'Refresh',
  'adapterLab.openReport': 'Open Report',
  'adapterLab.openHtmlReport': 'Open Report as Page',
  'adapterLab.openReportInBrowser': 'Open Report in Browser',
  'adapterLab.reveal': 'Reveal in File Explorer',
  'adapterLab.copyPath': 'Copy Path',
  'adapterLab.deleteRun': 'Delete Run…',
} as const;
export type ViewCommandId = keyof typeof viewCommands;

/** Setting key (under `adapterLab.`) -> default. */
export const settings = {
  device: 'auto',
  nodePath: '',
  codeLens: true,
  rankLenses: true,
  inlayHints: true,
  diagnostics: true,
  modelFolders: {},
  processes: 0,
  executor: 'local',
  showRunOnStart: true,
  notifyWhenDone: 'unseen',
  statusBar: 'always',
  mapPalette: 'theme',
} as const;
export type SettingKey = keyof typeof settings;

/** The side bar's container. */
export const container = 'adapterLab';

/** `run` is the page of a run, `compare` that of two plans, `report` a report's; the others lie in the side bar. */
export const views = {
  run: 'adapterLab.run',
  compare: 'adapterLab.compare',
  report: 'adapterLab.report',
  experiments: 'adapterLab.experiments',
  live: 'adapterLab.live',
} as const;

/** Custom editors, by what they edit. */
export const editors = {
  planFile: 'adapterLab.planFile',
  adapterConfig: 'adapterLab.adapterConfig',
} as const;

/** Context keys for `when` clauses. */
export const contexts = {
  running: 'adapterLab.running',
  paused: 'adapterLab.paused',
  /** Absolute paths of the workspace's folders that hold an adapter. */
  adapterFolders: 'adapterLab.adapterFolders',
} as const;

/** Set once a command has come to its end in this window; steps of the walkthrough are done by it. */
export const doneContext = (id: CommandId): string => `${id}.done`;

/** With the extension's own id before, as the command that opens one wants it. */
export const walkthroughs = { getStarted: 'adapter-lab.adapter-lab#getStarted' } as const;

/** Files that are experiments. */
export const experimentGlob = '**/*.adapter.yaml';
export const experimentEnding = '.adapter.yaml';

/** The folder of runs, beside the experiment. */
export const runsFolder = '.adapter-lab/runs';

/** Folders with many files that are nobody's work: those of packages and of Python's environments. */
export const packageFolders = '**/{node_modules,.git,.venv,venv,site-packages,__pycache__}/**';

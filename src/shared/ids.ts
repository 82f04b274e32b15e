/** Every id that package.json contributes, in one place; a test holds package.json, the code and the README to it. */
export const category = 'Adapter Lab';

/** Command id -> title. Titles are fixed. */
export const commands = {
  'adapterLab.scoreLayers': 'Score Layers',
  'adapterLab.allocate': 'Allocate',
  'adapterLab.train': 'Train',
  'adapterLab.runExperiment': 'Run Experiment',
  'adapterLab.commitPlan': 'Commit Plan',
  'adapterLab.showAllocationMap': 'Show Allocation Map',
  'adapterLab.stop': 'Stop',
  'adapterLab.resume': 'Resume',
  'adapterLab.selectDevice': 'Select Device',
  'adapterLab.installGpuRuntime': 'Install GPU Runtime',
} as const;
export type CommandId = keyof typeof commands;

/** Setting key (under `adapterLab.`) -> default. */
export const settings = {
  device: 'auto',
  nodePath: '',
  codeLens: true,
  inlayHints: true,
} as const;
export type SettingKey = keyof typeof settings;

export const views = { run: 'adapterLab.run' } as const;

/** Context keys for `when` clauses. */
export const contexts = { running: 'adapterLab.running' } as const;

/** Files that are experiments. */
export const experimentGlob = '**/*.adapter.yaml';
export const experimentEnding = '.adapter.yaml';

/** The folder of runs, beside the experiment. */
export const runsFolder = '.adapter-lab/runs';

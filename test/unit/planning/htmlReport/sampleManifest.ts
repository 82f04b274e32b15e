import type { RunManifest } from '../../../../src/shared/runManifest';

/** The record of a made-up run. */
export const sampleManifest = (changes: Partial<RunManifest> = {}): RunManifest => ({
  version: 1,
  id: '20250304-091230000-mail-run',
  job: 'run',
  experiment: '../../../mail.adapter.yaml',
  createdAt: '2025-03-04T09:12:30.000Z',
  state: 'running',
  pid: 1,
  seed: 7,
  device: 'native',
  versions: { adapterLab: '0.2.0', node: '20.20.2', tfjs: '4.22.0' },
  inputs: {
    experimentHash: 'sha256:aaa',
    model: '../../../models/tiny-llama',
    modelHash: 'sha256:bbb',
    tasks: [{ name: 'spam', file: '../../../data/spam.jsonl', hash: 'sha256:ccc' }],
  },
  ...changes,
});

import type { Prepared } from './prepare';
import type { ScoreRequest } from './request';
import type { Fingerprint } from './scoring/scoreStore';

/** All that decides a score's digits. */
export function fingerprintOf(request: ScoreRequest, prepared: Prepared): Fingerprint {
  const { modelHash, adapterHash, tasks } = prepared;
  const { labels, taylor, batchSize, maxLength, seed, estimator } = request;
  return {
    modelHash,
    tasks: tasks.map(({ source, dataHash, samplesHash, samples }) => ({
      name: source.name,
      dataHash,
      samples: samples.length,
      samplesHash,
      kind: source.kind,
      text: source.text,
      ...(source.label === undefined ? {} : { label: source.label }),
      ...(source.prompt === undefined ? {} : { prompt: source.prompt }),
    })),
    // Runs of before there were others can still be resumed.
    ...(estimator === 'fisher' ? {} : { estimator }),
    labels,
    taylor,
    ...(adapterHash === undefined ? {} : { adapter: adapterHash }),
    batchSize,
    maxLength,
    seed,
  };
}

import type { Prepared } from './prepare';
import type { ScoreRequest } from './request';
import type { Fingerprint } from './scoring/scoreStore';

/** All that decides a score's digits. */
export function fingerprintOf(request: ScoreRequest, prepared: Prepared): Fingerprint {
  const { modelHash, adapterHash, tasks } = prepared;
  const { labels, taylor, batchSize, maxLength, seed } = request;
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
    labels,
    taylor,
    ...(adapterHash === undefined ? {} : { adapter: adapterHash }),
    batchSize,
    maxLength,
    seed,
  };
}

import { layersToBeSureOf } from '../planning/anytime';
import type { Prepared } from './prepare';
import type { ScoreRequest } from './request';
import type { Fingerprint } from './scoring/scoreStore';

/** All that decides a score's digits. */
export function fingerprintOf(request: ScoreRequest, prepared: Prepared): Fingerprint {
  const { modelHash, adapterHash, tasks, model } = prepared;
  const { labels, taylor, batchSize, maxLength, seed, estimator, untilSure, gates } = request;
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
    ...(untilSure === undefined
      ? {}
      : {
          untilSure: {
            level: untilSure.level,
            layers: layersToBeSureOf(untilSure.layers, model.layers),
          },
        }),
    ...(gates === undefined ? {} : { gates: JSON.stringify(gates) }),
    labels,
    taylor,
    ...(adapterHash === undefined ? {} : { adapter: adapterHash }),
    batchSize,
    maxLength,
    seed,
  };
}

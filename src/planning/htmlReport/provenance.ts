import type { RunManifest } from '../../shared/runManifest';
import { element, type Markup } from './markup';

/** Where a run is from, so that it can be made again: versions, seed, device, and the hashes of what went in. */
export function provenanceList({
  id,
  createdAt,
  resumedAt,
  seed,
  device,
  versions,
  inputs,
  recorded,
  command = '',
}: RunManifest): Markup {
  const row = (name: string, words: string, hash = ''): Markup[] =>
    words === '' && hash === ''
      ? []
      : [
          element('dt', {}, name),
          element(
            'dd',
            {},
            words,
            words === '' || hash === '' ? '' : ', ',
            hash === '' ? '' : element('code', {}, hash),
          ),
        ];
  const tools = [
    `Adapter Lab ${versions.adapterLab}`,
    `Node ${versions.node}`,
    ...(versions.tfjs === '' ? [] : [`TensorFlow.js ${versions.tfjs}`]),
  ];
  return element(
    'dl',
    { class: 'provenance' },
    row('Run', `${id}${recorded === true ? ' (recorded, came with the sample)' : ''}`),
    row('Began', `${createdAt}${resumedAt === undefined ? '' : `, went on ${resumedAt}`}`),
    row('Versions', tools.join(', ')),
    row('Command', '', command),
    row('Seed', String(seed)),
    row('Device', device ?? ''),
    row('Experiment', '', inputs.experimentHash),
    row('Model', inputs.model.split('/').at(-1) ?? '', inputs.modelHash),
    inputs.tasks.map(({ name, file, hash }) =>
      row(`Data, ${name}: ${file.split('/').at(-1) ?? ''}`, '', hash),
    ),
  );
}

import type { RunHeading } from '../../../src/shared/webviewProtocol';
import { fileName } from '../paths';

/** A picture's file name: "mail-map-rank.png" for the experiment mail.adapter.yaml. */
export function pictureName(
  { experiment, run }: Pick<RunHeading, 'experiment' | 'run'>,
  what: string,
): string {
  const stem = fileName(experiment || run).replace(/(\.adapter)?\.[^.]*$/, '');
  return `${stem === '' ? 'adapter-lab' : stem}-${what}.png`;
}

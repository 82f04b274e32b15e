import type { RuntimePlan } from '../../files/runtimes/plan';
import { formatBytes } from '../../shared/format';
import { runtimes } from '../../shared/runtimes';
import type { Question } from '../dialogs';

export const installButton = 'Install';

/**
 * The question before anything is fetched: how much, from where, how it is checked, and where it goes.
 *
 * @param sizes of the plan's downloads, in their order; undefined where the server does not say
 */
export function confirmation(
  plan: RuntimePlan,
  sizes: readonly (number | undefined)[],
  folder: string,
): Question {
  const { title, package: name, version, needs, npmBytes, unpackedBytes } = runtimes[plan.id];
  const downloads = plan.downloads.map(({ url }, i) => `${url} (${sizeText(sizes[i])})`);
  const paragraphs = [
    needs,
    [
      'Downloads:',
      `${name} ${version} and what it needs, by your npm from its registry (${formatBytes(npmBytes)}, ${formatBytes(unpackedBytes)} while it is unpacked)`,
      ...downloads,
    ].join('\n'),
    hashText(plan),
    `Into: ${folder}`,
    'No script of a package is run. This command also removes it again.',
  ];
  return {
    kind: 'information',
    message: `Install ${title}?`,
    detail: paragraphs.join('\n\n'),
    modal: true,
    buttons: [installButton],
  };
}

const sizeText = (bytes: number | undefined): string =>
  bytes === undefined ? 'size unknown' : formatBytes(bytes);

function hashText({ downloads }: RuntimePlan): string {
  const names = (verified: boolean): string[] =>
    downloads.filter(({ sha256 }) => (sha256 !== undefined) === verified).map(({ name }) => name);
  return [
    'npm verifies the pinned SHA-512 of every package.',
    ...names(true).map((name) => `${name} is verified by a pinned SHA-256.`),
    ...names(false).map(
      (name) =>
        `${name} has no published hash: it is taken as the server gives it, and its SHA-256 is recorded.`,
    ),
  ].join(' ');
}

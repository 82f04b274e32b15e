import { formatCount, formatShare } from '../../../src/shared/format';
import type { Shared } from './sharedBy';

/** What a design with shared tensors trains, each tensor counted once, as lines of names and values. */
export function sharingCosts({ modules, rankOf, tensors }: Shared): [name: string, value: string][] {
  const known = new Map(modules.map((module) => [module.path, module]));
  const inShared = (tensor: 'A' | 'B'): Set<string> =>
    new Set(tensors.filter((one) => one.tensor === tensor).flatMap(({ members }) => members));
  const [sharesA, sharesB] = [inShared('A'), inShared('B')];
  let [a, b, routers, countA, countB] = [0, 0, 0, 0, 0];
  for (const { tensor, members, count } of tensors) {
    const first = known.get(members[0] ?? '');
    if (first === undefined) continue;
    const rank = rankOf(first.path);
    if (tensor === 'A') {
      a += count * rank * first.inFeatures;
      countA += count;
    } else {
      b += count * rank * first.outFeatures;
      countB += count;
      // Each module weighs the B's by a router of its own.
      for (const path of members) routers += count * rankOf(path);
    }
  }
  let alone = 0;
  for (const { path, inFeatures, outFeatures } of modules) {
    const rank = rankOf(path);
    alone += rank * (inFeatures + outFeatures);
    if (!sharesA.has(path)) [a, countA] = [a + rank * inFeatures, countA + 1];
    if (!sharesB.has(path)) [b, countB] = [b + rank * outFeatures, countB + 1];
  }
  const total = a + b + routers;
  return [
    [`${formatCount(countA)} A’s`, `${formatCount(a)} parameters`],
    [`${formatCount(countB)} B’s`, `${formatCount(b)} parameters`],
    [`${formatCount(sharesB.size)} routers`, `${formatCount(routers)} parameters`],
    ['Together', `${formatCount(total)} parameters, each tensor counted once`],
    [
      'Without sharing',
      `${formatCount(alone)} parameters for LoRA of the same ranks, ${differenceWords(total / alone)}`,
    ],
  ];
}

/** What sharing saves or costs; a large pool of B's over few layers is more than a B for each. */
const differenceWords = (part: number): string =>
  part <= 1
    ? `${formatShare(1 - part)} of it saved`
    : `which is less: sharing takes ${formatShare(part - 1)} more`;

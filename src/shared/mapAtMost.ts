/**
 * What a call gives for each item, in the order of the items, with no more than so many of the calls going on at once: files that
 * are read all at once are held all at once.
 *
 * @throws what the first call that fails throws; no further one begins
 */
export async function mapAtMost<T, R>(
  most: number,
  items: readonly T[],
  call: (item: T) => Promise<R>,
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  let isOver = false;
  const work = async (): Promise<void> => {
    while (!isOver && next < items.length) {
      const at = next++;
      try {
        results[at] = await call(items[at] as T);
      } catch (thrown) {
        isOver = true;
        throw thrown;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, items.length) }, work));
  return results;
}

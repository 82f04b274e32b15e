/**
 * Work that takes a good part of a frame each, done one a frame, so that the page stays smooth while it changes in every frame.
 * What is asked for again before its turn is done once.
 *
 * @param nextFrame calls back before the next frame is drawn, as the window does
 */
export function inTurn(nextFrame: (call: () => void) => void): {
  ask(work: () => void): void;
  forget(work: () => void): void;
} {
  const waiting = new Set<() => void>();
  let isAsked = false;
  const next = (): void => {
    isAsked = false;
    const [work] = waiting;
    if (work === undefined) return;
    waiting.delete(work);
    later();
    work();
  };
  const later = (): void => {
    if (isAsked || waiting.size === 0) return;
    isAsked = true;
    nextFrame(next);
  };
  return {
    ask: (work) => {
      waiting.add(work);
      later();
    },
    forget: (work) => void waiting.delete(work),
  };
}

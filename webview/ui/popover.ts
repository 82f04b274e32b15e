/** Puts a floating element below its anchor, above where there is no room, never past the window's edges. */
export function placeBeside(floating: HTMLElement, anchor: DOMRect): void {
  const gap = 4;
  const { width, height } = floating.getBoundingClientRect();
  const below = anchor.bottom + gap;
  const top = below + height > window.innerHeight ? Math.max(gap, anchor.top - gap - height) : below;
  const left = Math.max(gap, Math.min(anchor.left, window.innerWidth - width - gap));
  floating.style.top = `${top}px`;
  floating.style.left = `${left}px`;
}

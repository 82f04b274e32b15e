import type { Place } from '../../model/map/selection';
import type { GridTable, Head } from './gridTable';

/** What a pointer on the grid may cause. */
export interface PointerDeeds {
  select(place: Place, extend: boolean): void;
  selectHead(head: Head, extend: boolean): void;
  /** Of a grid that can be edited. */
  readonly edits?: PointerEdits | undefined;
}

export interface PointerEdits {
  /** Whether a drag from here changes the value rather than the selection. */
  isHandle(place: Place): boolean;
  /** Shows what so many steps from the beginning would come to. */
  tryStep(by: number): void;
  /** Keeps what was tried last, or forgets it. */
  endStep(keep: boolean): void;
  type(place: Place): void;
}

/** A click is no drag until the pointer has moved so far. */
const threshold = 4;
const pixelsPerStep = 12;

/**
 * Mouse, pen and finger on the grid. From a cell that is not selected a drag selects; from one that is, it goes up and down
 * through the values, so that selecting never changes any.
 */
export function listenToPointer(grid: GridTable, deeds: PointerDeeds): void {
  let drag: { mode: 'range' | 'maybe' | 'step'; place: Place; y: number; by: number } | undefined;
  const { table } = grid;

  const move = (event: PointerEvent): void => {
    if (!drag) return;
    if (drag.mode === 'range') {
      const place = grid.placeOf(document.elementFromPoint(event.clientX, event.clientY));
      if (place && (place.row !== drag.place.row || place.column !== drag.place.column)) {
        table.setPointerCapture(event.pointerId);
        drag.place = place;
        deeds.select(place, true);
      }
      return;
    }
    if (drag.mode === 'maybe' && Math.abs(event.clientY - drag.y) <= threshold) return;
    if (drag.mode === 'maybe') table.setPointerCapture(event.pointerId);
    drag.mode = 'step';
    const by = Math.round((drag.y - event.clientY) / pixelsPerStep);
    if (by === drag.by) return;
    drag.by = by;
    deeds.edits?.tryStep(by);
  };
  const end = (keep: boolean): void => {
    window.removeEventListener('pointermove', move);
    window.removeEventListener('pointerup', up);
    window.removeEventListener('pointercancel', cancel);
    window.removeEventListener('keydown', escape, true);
    const ended = drag;
    drag = undefined;
    if (ended?.mode === 'step') deeds.edits?.endStep(keep);
    // It was only a click, on one of several cells that were selected.
    else if (ended?.mode === 'maybe' && keep) deeds.select(ended.place, false);
  };
  const up = (): void => end(true);
  const cancel = (): void => end(false);
  const escape = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape') return;
    event.stopPropagation();
    end(false);
  };

  table.addEventListener('pointerdown', (event) => {
    if (event.button !== 0 || drag || isInput(event.target)) return;
    const head = grid.headOf(event.target);
    if (head) deeds.selectHead(head, event.shiftKey);
    const place = grid.placeOf(event.target);
    if (!place) return;
    const handle = !event.shiftKey && deeds.edits?.isHandle(place) === true;
    drag = { mode: handle ? 'maybe' : 'range', place, y: event.clientY, by: 0 };
    if (!handle) deeds.select(place, event.shiftKey);
    window.addEventListener('pointermove', move);
    window.addEventListener('pointerup', up);
    window.addEventListener('pointercancel', cancel);
    window.addEventListener('keydown', escape, true);
  });
  // The focus goes where the selection says; text is not selected.
  table.addEventListener('mousedown', (event) => {
    if (!isInput(event.target)) event.preventDefault();
  });
  table.addEventListener('dblclick', (event) => {
    const place = grid.placeOf(document.elementFromPoint(event.clientX, event.clientY));
    if (place && !isInput(event.target)) deeds.edits?.type(place);
  });
}

const isInput = (target: EventTarget | null): boolean => target instanceof HTMLInputElement;

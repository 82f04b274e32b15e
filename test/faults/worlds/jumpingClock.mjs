/**
 * Preloaded: a clock that is set back and forth by hours, so often as it is read (`CLOCK_SEED` says by how much), or that is ahead by
 * `CLOCK_AHEAD` hours. `performance.now` goes on as it does: no system sets that.
 */
const hour = 3_600_000;
const { CLOCK_SEED, CLOCK_AHEAD } = process.env;
const Real = globalThis.Date;
let state = Number(CLOCK_SEED ?? 1) >>> 0;

/** Between a day back and a day ahead. */
function offset() {
  if (CLOCK_AHEAD !== undefined) return Number(CLOCK_AHEAD) * hour;
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.round((state / 2 ** 32 - 0.5) * 48 * hour);
}

globalThis.Date = class Date extends Real {
  constructor(...given) {
    if (given.length === 0) super(Real.now() + offset());
    else super(...given);
  }

  static now() {
    return Real.now() + offset();
  }
};

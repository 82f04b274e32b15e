/*
 * Packing for the product: panels of 4 rows of A or 8 columns of B ("lines"), laid out as the tile reads them,
 * [panel][depth][lines of the panel]. Lines behind the last are 0.
 */
#pragma once
#include "vector.h"

enum { TILE_ROWS = 4, TILE_COLUMNS = 8 };

/* From memory where the lines are neighbors: entry d of line l at from[d · stride + l]. */
INLINE void packStraight(const float *from, size_t stride, float *to, size_t lines, size_t depth, size_t panel) {
  for (size_t line = 0; line < lines; line += panel) {
    size_t left = lines - line;
    const float *own = from + line;
    for (size_t d = 0; d < depth; d++, own += stride, to += panel) {
      if (left >= panel) {
        for (size_t l = 0; l < panel; l += LANES) store(to + l, load(own + l));
      } else {
        for (size_t l = 0; l < panel; l++) to[l] = l < left ? own[l] : 0;
      }
    }
  }
}

/* Four entries of four lines, turned. */
INLINE void turnFour(const float *from, size_t stride, float *to, size_t panel) {
  vec a = load(from), b = load(from + stride), c = load(from + 2 * stride), d = load(from + 3 * stride);
  vec ab = wasm_i32x4_shuffle(a, b, 0, 4, 1, 5), cd = wasm_i32x4_shuffle(c, d, 0, 4, 1, 5);
  vec ef = wasm_i32x4_shuffle(a, b, 2, 6, 3, 7), gh = wasm_i32x4_shuffle(c, d, 2, 6, 3, 7);
  store(to, wasm_i64x2_shuffle(ab, cd, 0, 2));
  store(to + panel, wasm_i64x2_shuffle(ab, cd, 1, 3));
  store(to + 2 * panel, wasm_i64x2_shuffle(ef, gh, 0, 2));
  store(to + 3 * panel, wasm_i64x2_shuffle(ef, gh, 1, 3));
}

/* From memory where each line lies in order: entry d of line l at from[l · stride + d]. */
INLINE void packTurned(const float *from, size_t stride, float *to, size_t lines, size_t depth, size_t panel) {
  for (size_t line = 0; line < lines; line += panel, from += panel * stride, to += panel * depth) {
    size_t left = lines - line;
    size_t d = 0;
    if (left >= panel) {
      for (; d + LANES <= depth; d += LANES) {
        for (size_t l = 0; l < panel; l += LANES) turnFour(from + l * stride + d, stride, to + d * panel + l, panel);
      }
    }
    for (; d < depth; d++) {
      for (size_t l = 0; l < panel; l++) to[d * panel + l] = l < left ? from[l * stride + d] : 0;
    }
  }
}

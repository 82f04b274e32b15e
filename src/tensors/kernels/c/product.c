/*
 * C = op(A) op(B) in float32, after Goto & van de Geijn 2008: blocks of both sides are packed so that the inner loop reads
 * them in order, and a tile of 4 x 8 sums stays in registers. A larger tile would spill V8's 16 vector registers on x64.
 */
#include "pack.h"

enum {
  /* A block of A (128 KB) stays in the second cache, a panel of B (8 KB) in the first, a block of B (2 MB) behind. */
  DEPTH = 256,
  ROWS = 128,
  COLUMNS = 2048,
};

/* Bytes of memory that `product` needs: a block of A, a block of B, one tile. */
EXPORT(productScratch) size_t productScratch(void) {
  return (ROWS * DEPTH + DEPTH * COLUMNS + TILE_ROWS * TILE_COLUMNS) * sizeof(float);
}

/* Sums of one tile. Never inlined: a function of its own is compiled well while the first product still runs. */
__attribute__((noinline)) static void tile(const float *a, const float *b, float *c, size_t stride, size_t depth,
                                           int onto) {
  vec c00 = ZERO, c01 = ZERO, c10 = ZERO, c11 = ZERO, c20 = ZERO, c21 = ZERO, c30 = ZERO, c31 = ZERO;
  /* One step a turn: of more, V8 would load everything first, and spill the sums. */
  for (size_t k = 0; k < depth; k++, a += TILE_ROWS, b += TILE_COLUMNS) {
    vec left = load(b), right = load(b + LANES);
    vec x = wasm_v128_load32_splat(a);
    c00 = madd(x, left, c00);
    c01 = madd(x, right, c01);
    x = wasm_v128_load32_splat(a + 1);
    c10 = madd(x, left, c10);
    c11 = madd(x, right, c11);
    x = wasm_v128_load32_splat(a + 2);
    c20 = madd(x, left, c20);
    c21 = madd(x, right, c21);
    x = wasm_v128_load32_splat(a + 3);
    c30 = madd(x, left, c30);
    c31 = madd(x, right, c31);
  }
  float *c1 = c + stride, *c2 = c1 + stride, *c3 = c2 + stride;
  if (onto) {
    c00 = add(c00, load(c));
    c01 = add(c01, load(c + LANES));
    c10 = add(c10, load(c1));
    c11 = add(c11, load(c1 + LANES));
    c20 = add(c20, load(c2));
    c21 = add(c21, load(c2 + LANES));
    c30 = add(c30, load(c3));
    c31 = add(c31, load(c3 + LANES));
  }
  store(c, c00);
  store(c + LANES, c01);
  store(c1, c10);
  store(c1 + LANES, c11);
  store(c2, c20);
  store(c2 + LANES, c21);
  store(c3, c30);
  store(c3 + LANES, c31);
}

/* Products of one packed block of A and one of B, onto C or instead of it. `edge` holds a tile that C has no room for. */
static void block(const float *a, const float *b, float *c, float *edge, size_t rows, size_t columns, size_t depth,
                  size_t stride, int onto) {
  for (size_t j = 0; j < columns; j += TILE_COLUMNS) {
    const float *panel = b + j * depth;
    size_t width = columns - j < TILE_COLUMNS ? columns - j : TILE_COLUMNS;
    for (size_t i = 0; i < rows; i += TILE_ROWS) {
      size_t height = rows - i < TILE_ROWS ? rows - i : TILE_ROWS;
      float *to = c + i * stride + j;
      if (width == TILE_COLUMNS && height == TILE_ROWS) {
        tile(a + i * depth, panel, to, stride, depth, onto);
        continue;
      }
      tile(a + i * depth, panel, edge, TILE_COLUMNS, depth, 0);
      for (size_t y = 0; y < height; y++) {
        for (size_t x = 0; x < width; x++) {
          float sum = edge[y * TILE_COLUMNS + x];
          to[y * stride + x] = onto ? to[y * stride + x] + sum : sum;
        }
      }
    }
  }
}

INLINE size_t smaller(size_t a, size_t b) { return a < b ? a : b; }

/*
 * @param a [rows, inner], or [inner, rows] where it is transposed
 * @param b [inner, columns], or [columns, inner] where it is transposed
 * @param c [rows, columns]
 */
EXPORT(product)
void product(float *scratch, const float *a, const float *b, float *c, size_t rows, size_t inner, size_t columns,
             int transposeA, int transposeB) {
  float *packedA = scratch, *packedB = packedA + ROWS * DEPTH, *edge = packedB + DEPTH * COLUMNS;
  if (inner == 0) {
    EACH(rows * columns, put(c + i, count, ZERO););
    return;
  }
  for (size_t j = 0; j < columns; j += COLUMNS) {
    size_t width = smaller(columns - j, COLUMNS);
    for (size_t k = 0; k < inner; k += DEPTH) {
      size_t depth = smaller(inner - k, DEPTH);
      if (transposeB) packTurned(b + j * inner + k, inner, packedB, width, depth, TILE_COLUMNS);
      else packStraight(b + k * columns + j, columns, packedB, width, depth, TILE_COLUMNS);
      for (size_t i = 0; i < rows; i += ROWS) {
        size_t height = smaller(rows - i, ROWS);
        if (transposeA) packStraight(a + k * rows + i, rows, packedA, height, depth, TILE_ROWS);
        else packTurned(a + i * inner + k, inner, packedA, height, depth, TILE_ROWS);
        block(packedA, packedB, c + i * columns + j, edge, height, width, depth, columns, k > 0);
      }
    }
  }
}

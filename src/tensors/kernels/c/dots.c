/* Long sums of products, in float64: in float32 one of millions of entries is off by a thousandth. */
#include "vector.h"

/* Σ a b of n entries; the product of two float32 numbers is exact in float64. */
INLINE double dot(const float *a, const float *b, size_t n, int sizes) {
  vec low = wasm_f64x2_const_splat(0), high = low;
  EACH(n, {
    vec x = get(a + i, count), y = get(b + i, count);
    if (sizes) {
      x = absolute(x);
      y = absolute(y);
    }
    low = madd64(lowHalf(x), lowHalf(y), low);
    high = madd64(highHalf(x), highHalf(y), high);
  });
  return sumOf64(wasm_f64x2_add(low, high));
}

/* out[k] = Σ of the k-th `size` entries. */
EXPORT(dots) void dots(const float *a, const float *b, double *out, size_t count, size_t size) {
  for (size_t k = 0; k < count; k++) out[k] = dot(a + k * size, b + k * size, size, 0);
}

EXPORT(absoluteDot) double absoluteDot(const float *a, const float *b, size_t n) { return dot(a, b, n, 1); }

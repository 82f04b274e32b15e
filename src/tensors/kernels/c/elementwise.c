/* Sums in place, and the soft cap. */
#include "functions.h"

/* x += other, n entries. */
EXPORT(add) void addOther(float *x, const float *other, size_t n) {
  EACH(n, put(x + i, count, add(get(x + i, count), get(other + i, count))););
}

/* Adds the bias [columns] to every row. */
EXPORT(addBias) void addBias(float *x, const float *bias, size_t rows, size_t columns) {
  for (size_t row = 0; row < rows; row++) addOther(x + row * columns, bias, columns);
}

/* x becomes cap · tanh(x / cap); slopes gets 1 - tanh². */
EXPORT(softCap) void softCap(float *x, float *slopes, size_t n, float cap) {
  EACH(n, {
    Bend bend = bendOf(div(get(x + i, count), splat(cap)));
    put(x + i, count, mul(bend.value, splat(cap)));
    put(slopes + i, count, bend.slope);
  });
}

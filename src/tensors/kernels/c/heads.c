/* Columns of a projection <-> heads, with the rotary embedding on the way. */
#include "vector.h"

/*
 * One head at one position. The first `half` pairs (i, i + half) turn by the angles whose cosines and sines are given
 * (Su et al. 2021); the rest is copied.
 */
INLINE void turn(const float *from, float *to, size_t size, size_t half, const float *cos, const float *sin, vec sign) {
  EACH(half, {
    vec first = get(from + i, count), second = get(from + half + i, count);
    vec c = get(cos + i, count), s = mul(get(sin + i, count), sign);
    put(to + i, count, sub(mul(first, c), mul(second, s)));
    put(to + half + i, count, add(mul(second, c), mul(first, s)));
  });
  const float *rest = from + 2 * half;
  float *out = to + 2 * half;
  EACH(size - 2 * half, put(out + i, count, get(rest + i, count)););
}

/*
 * Both ways: `x` [batch · length, columns] with head h in the columns from offset + h · stride, `heads`
 * [batch, heads, length, size]. `half` is 0 where nothing turns.
 */
EXPORT(splitHeads)
void splitHeads(const float *x, float *heads, size_t batch, size_t length, size_t columns, size_t count, size_t size,
                size_t offset, size_t stride, size_t half, const float *cos, const float *sin) {
  for (size_t sample = 0; sample < batch; sample++) {
    for (size_t head = 0; head < count; head++) {
      const float *from = x + sample * length * columns + offset + head * stride;
      float *to = heads + (sample * count + head) * length * size;
      for (size_t at = 0; at < length; at++) {
        turn(from + at * columns, to + at * size, size, half, cos + at * half, sin + at * half, CONST(1.f));
      }
    }
  }
}

/* Turns back: the inverse, and the gradient. */
EXPORT(joinHeads)
void joinHeads(const float *heads, float *x, size_t batch, size_t length, size_t columns, size_t count, size_t size,
               size_t offset, size_t stride, size_t half, const float *cos, const float *sin) {
  for (size_t sample = 0; sample < batch; sample++) {
    for (size_t head = 0; head < count; head++) {
      const float *from = heads + (sample * count + head) * length * size;
      float *to = x + sample * length * columns + offset + head * stride;
      for (size_t at = 0; at < length; at++) {
        turn(from + at * size, to + at * columns, size, half, cos + at * half, sin + at * half, CONST(-1.f));
      }
    }
  }
}

/* Masked softmax of attention and its gradient, in place. What a row may not see is not computed. */
#include "functions.h"

/* The positions [first, end) that a row sees. */
typedef struct {
  size_t first, end;
} Seen;

/* `window` is 0 where there is none; `real` tokens of the sample. A row that sees nothing at all sees itself. */
INLINE Seen seenFrom(size_t at, size_t length, size_t real, int causal, size_t window) {
  size_t end = causal ? at + 1 : length;
  if (end > real) end = real;
  size_t first = window && at + 1 > window ? at + 1 - window : 0;
  Seen seen = {first, end};
  if (first >= end) {
    seen.first = at;
    seen.end = at + 1;
  }
  return seen;
}

INLINE void clear(float *from, size_t n) { EACH(n, put(from + i, count, ZERO);); }

/* Behind the end of a row stands what exp takes to 0. */
#define LOWEST CONST(-__builtin_inff())

INLINE void softmax(float *x, size_t n) {
  vec top = LOWEST;
  EACH(n, top = most(top, getOr(x + i, count, LOWEST)););
  vec largest = splat(largestOf(top)), sum = ZERO;
  EACH(n, {
    vec e = expOf(sub(getOr(x + i, count, LOWEST), largest));
    put(x + i, count, e);
    sum = add(sum, e);
  });
  vec scale = splat(1 / sumOf(sum));
  EACH(n, put(x + i, count, mul(get(x + i, count), scale)););
}

/*
 * x [batch, heads, rows, length] raw products -> shares; slopes, where not 0, gets those of the soft cap.
 * Row r is position r mod length. `lengths` [batch].
 */
EXPORT(shares)
void shares(float *x, float *slopes, size_t batch, size_t heads, size_t rows, size_t length, const int32_t *lengths,
            int causal, size_t window, float scale, float cap) {
  for (size_t sample = 0; sample < batch; sample++) {
    size_t real = (size_t)lengths[sample];
    for (size_t row = 0; row < heads * rows; row++, x += length) {
      Seen seen = seenFrom(row % rows % length, length, real, causal, window);
      float *own = x + seen.first;
      size_t n = seen.end - seen.first;
      clear(x, seen.first);
      clear(x + seen.end, length - seen.end);
      if (slopes) {
        float *slope = slopes + seen.first;
        clear(slopes, seen.first);
        clear(slopes + seen.end, length - seen.end);
        EACH(n, {
          Bend bend = bendOf(div(mul(get(own + i, count), splat(scale)), splat(cap)));
          put(own + i, count, mul(bend.value, splat(cap)));
          put(slope + i, count, bend.slope);
        });
        slopes += length;
      } else {
        EACH(n, put(own + i, count, mul(get(own + i, count), splat(scale))););
      }
      softmax(own, n);
    }
  }
}

/* d [batch, heads, rows, length], gradient in the shares, becomes share (d - Σ d share) slope scale. */
EXPORT(sharesGradient)
void sharesGradient(float *d, const float *share, const float *slopes, size_t batch, size_t heads, size_t rows,
                    size_t length, const int32_t *lengths, int causal, size_t window, float scale) {
  for (size_t sample = 0; sample < batch; sample++) {
    size_t real = (size_t)lengths[sample];
    for (size_t row = 0; row < heads * rows; row++, d += length, share += length) {
      Seen seen = seenFrom(row % rows % length, length, real, causal, window);
      float *own = d + seen.first;
      const float *part = share + seen.first;
      size_t n = seen.end - seen.first;
      vec sum = ZERO;
      EACH(n, sum = madd(get(own + i, count), get(part + i, count), sum););
      vec along = splat(sumOf(sum));
      EACH(n, {
        vec change = mul(mul(get(part + i, count), sub(get(own + i, count), along)), splat(scale));
        put(own + i, count, slopes ? mul(change, get(slopes + seen.first + i, count)) : change);
      });
      clear(d, seen.first);
      clear(d + seen.end, length - seen.end);
      if (slopes) slopes += length;
    }
  }
}

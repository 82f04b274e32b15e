/* Layer norm and root mean square norm over rows, and their gradient in x. A row is read from the first cache. */
#include "vector.h"

/* `weight` and `bias` are 0 where the norm has none; `offset` is added to the weight. */
INLINE vec weightAt(const float *weight, size_t i, size_t count, vec offset) {
  return weight ? add(get(weight + i, count), offset) : CONST(1.f);
}

/*
 * x [rows, width] -> out [rows, width], stats [rows, 2]: mean (0 unless `centered`) and inverse deviation.
 * The mean is taken off in two parts, itself and the mean of what it leaves: a row far from 0 keeps its digits.
 */
EXPORT(norm)
void norm(const float *x, const float *weight, const float *bias, float *out, float *stats, size_t rows, size_t width,
          int centered, float epsilon, float offset) {
  for (size_t row = 0; row < rows; row++, x += width, out += width, stats += 2) {
    float mean = 0, left = 0;
    if (centered) {
      vec a = ZERO, b = ZERO;
      size_t i = 0;
      for (; i + 2 * LANES <= width; i += 2 * LANES) {
        a = add(a, load(x + i));
        b = add(b, load(x + i + LANES));
      }
      float sum = sumOf(add(a, b));
      for (; i < width; i++) sum += x[i];
      mean = sum / (float)width;
    }
    vec a = ZERO, b = ZERO, c = ZERO, d = ZERO, shift = splat(mean);
    size_t i = 0;
    for (; i + 2 * LANES <= width; i += 2 * LANES) {
      vec u = sub(load(x + i), shift), v = sub(load(x + i + LANES), shift);
      a = madd(u, u, a);
      b = madd(v, v, b);
      c = add(c, u);
      d = add(d, v);
    }
    float squares = sumOf(add(a, b)), rest = sumOf(add(c, d));
    for (; i < width; i++) {
      float u = x[i] - mean;
      squares += u * u;
      rest += u;
    }
    float variance = squares / (float)width;
    if (centered) {
      left = rest / (float)width;
      variance -= left * left;
    }
    float inverse = 1 / __builtin_sqrtf(variance + epsilon);
    stats[0] = mean + left;
    stats[1] = inverse;
    vec scale = splat(inverse), base = splat(offset), more = splat(left);
    EACH(width, {
      vec unit = mul(sub(sub(get(x + i, count), shift), more), scale);
      vec scaled = mul(unit, weightAt(weight, i, count, base));
      put(out + i, count, bias ? add(scaled, get(bias + i, count)) : scaled);
    });
  }
}

/* dx = inverse (g - [mean g] - unit mean(g unit)), g = dy (weight + offset), unit = (x - mean) inverse. */
EXPORT(normGradient)
void normGradient(const float *x, const float *weight, const float *stats, const float *dy, float *out, size_t rows,
                  size_t width, int centered, float offset) {
  vec base = splat(offset);
  for (size_t row = 0; row < rows; row++, x += width, dy += width, out += width, stats += 2) {
    vec shift = splat(stats[0]), scale = splat(stats[1]);
    vec sums = ZERO, products = ZERO;
    /* Behind the end dy is 0, and so is what is added. */
    EACH(width, {
      vec g = mul(get(dy + i, count), weightAt(weight, i, count, base));
      sums = add(sums, g);
      products = madd(g, mul(sub(get(x + i, count), shift), scale), products);
    });
    vec level = splat(centered ? sumOf(sums) / (float)width : 0);
    vec along = splat(sumOf(products) / (float)width);
    EACH(width, {
      vec g = mul(get(dy + i, count), weightAt(weight, i, count, base));
      vec unit = mul(sub(get(x + i, count), shift), scale);
      put(out + i, count, mul(scale, sub(sub(g, level), mul(unit, along))));
    });
  }
}

/* Cross entropy over rows of logits. */
#include "functions.h"

/* Of each row of x [rows, columns]: the largest entry, and Σ exp(entry - largest) in float64. */
EXPORT(logSumExp)
void logSumExp(const float *x, double *largest, double *sum, size_t rows, size_t columns) {
  const vec lowest = CONST(-__builtin_inff());
  for (size_t row = 0; row < rows; row++, x += columns) {
    vec top = lowest;
    EACH(columns, top = most(top, getOr(x + i, count, lowest)););
    largest[row] = largestOf(top);
    vec level = wasm_f64x2_splat(largest[row]), low = wasm_f64x2_const_splat(0), high = low;
    EACH(columns, {
      vec entries = getOr(x + i, count, lowest);
      low = wasm_f64x2_add(low, expOf64(wasm_f64x2_sub(lowHalf(entries), level)));
      high = wasm_f64x2_add(high, expOf64(wasm_f64x2_sub(highHalf(entries), level)));
    });
    sum[row] = sumOf64(wasm_f64x2_add(low, high));
  }
}

/* x [rows, columns], logits, becomes weight (exp(x - logSum) - [column = target]). */
EXPORT(crossEntropyGradient)
void crossEntropyGradient(float *x, const double *logSum, const int32_t *targets, const float *weights, size_t rows,
                          size_t columns) {
  for (size_t row = 0; row < rows; row++, x += columns) {
    /* In two parts: rounded to one float32 it would move the whole row by up to 1e-6. */
    float level = (float)logSum[row], rest = (float)(logSum[row] - (double)level);
    float weight = weights[row];
    EACH(columns, {
      vec likely = expOf(sub(sub(get(x + i, count), splat(level)), splat(rest)));
      put(x + i, count, mul(likely, splat(weight)));
    });
    int32_t target = targets[row];
    if (target >= 0 && (size_t)target < columns) x[target] -= weight;
  }
}

/* Activations, their gradients, and the gated forms. `kind` counts as `activations` of primitives.ts does. */
#include "functions.h"

enum { GELU, GELU_TANH, QUICK_GELU, RELU, SILU, TANH };

/* f(x) and f'(x); what a caller does not use costs nothing. */
typedef struct {
  vec value, slope;
} Activated;

/* Beyond ±100 every slope is 0 or 1; without a bound what grows times what vanishes there would be inf · 0. */
INLINE vec bounded(vec x) { return least(most(x, CONST(-100.f)), CONST(100.f)); }

/* x σ(v(x)), given v and v'. */
INLINE Activated gatedBy(vec x, vec v, vec change) {
  Gate gate = gateOf(v);
  Activated result = {mul(x, gate.on), madd(mul(bounded(x), change), mul(gate.on, gate.off), gate.on)};
  return result;
}

INLINE Activated activated(int kind, vec x) {
  Activated result;
  switch (kind) {
    case GELU: {
      Normal normal = normalOf(x);
      result.value = mul(x, normal.below);
      result.slope = madd(bounded(x), normal.density, normal.below);
      return result;
    }
    case GELU_TANH: {
      /* (1 + tanh u) / 2 = σ(2u), u = √(2/π) (x + 0.044715 x³) */
      vec z = mul(x, x), y = bounded(x), w = mul(y, y);
      vec v = mul(x, madd(z, CONST(0.0713548162726f), CONST(1.5957691216057308f)));
      return gatedBy(x, v, madd(w, CONST(0.2140644488179f), CONST(1.5957691216057308f)));
    }
    case QUICK_GELU:
      return gatedBy(x, mul(x, CONST(1.702f)), CONST(1.702f));
    case SILU:
      return gatedBy(x, x, CONST(1.f));
    case TANH: {
      Bend bend = bendOf(x);
      result.value = bend.value;
      result.slope = bend.slope;
      return result;
    }
    default:
      result.value = most(x, ZERO);
      result.slope = choose(wasm_f32x4_le(x, ZERO), ZERO, CONST(1.f));
      return result;
  }
}

/* One loop for each kind: the choice is made before it. */
#define FOR_KIND(kind, loop)              \
  switch (kind) {                         \
    case GELU: loop(GELU); break;         \
    case GELU_TANH: loop(GELU_TANH); break; \
    case QUICK_GELU: loop(QUICK_GELU); break; \
    case RELU: loop(RELU); break;         \
    case SILU: loop(SILU); break;         \
    case TANH: loop(TANH); break;         \
  }

EXPORT(activation) void activation(int kind, const float *x, float *out, size_t n) {
#define LOOP(kind) EACH_LONG(n, put(out + i, count, activated(kind, get(x + i, count)).value);)
  FOR_KIND(kind, LOOP)
#undef LOOP
}

/* Both at once: most of their work is the same. */
EXPORT(activationAndSlope)
void activationAndSlope(int kind, const float *x, float *out, float *slope, size_t n) {
#define LOOP(kind)                                       \
  EACH_LONG(n, {                                         \
    Activated f = activated(kind, get(x + i, count));    \
    put(out + i, count, f.value);                        \
    put(slope + i, count, f.slope);                      \
  })
  FOR_KIND(kind, LOOP)
#undef LOOP
}

/* out = dy f'(x) */
EXPORT(activationGradient)
void activationGradient(int kind, const float *x, const float *dy, float *out, size_t n) {
#define LOOP(kind) \
  EACH_LONG(n, put(out + i, count, mul(get(dy + i, count), activated(kind, get(x + i, count)).slope));)
  FOR_KIND(kind, LOOP)
#undef LOOP
}

/* out = f(gate) up */
EXPORT(gated) void gated(int kind, const float *gate, const float *up, float *out, size_t n) {
#define LOOP(kind) \
  EACH_LONG(n, put(out + i, count, mul(activated(kind, get(gate + i, count)).value, get(up + i, count)));)
  FOR_KIND(kind, LOOP)
#undef LOOP
}

/* dGate = dy up f'(gate), dUp = dy f(gate) */
EXPORT(gatedGradient)
void gatedGradient(int kind, const float *gate, const float *up, const float *dy, float *dGate, float *dUp, size_t n) {
#define LOOP(kind)                                                                         \
  EACH_LONG(n, {                                                                                \
    Activated f = activated(kind, get(gate + i, count));                                   \
    vec change = get(dy + i, count);                                                       \
    put(dGate + i, count, mul(mul(change, get(up + i, count)), f.slope));                  \
    put(dUp + i, count, mul(change, f.value));                                             \
  })
  FOR_KIND(kind, LOOP)
#undef LOOP
}

import type { AttentionForm, HeadLayout } from '../../../../src/tensors/primitives/primitives';

export interface ExactRotary {
  readonly dims: number;
  /** Angle of pair i at a position. */
  readonly angle: (position: number, i: number) => number;
}

export interface ExactInputs {
  readonly q: HeadLayout;
  readonly k: HeadLayout;
  readonly v: HeadLayout;
  readonly batch: number;
  readonly form: AttentionForm;
  readonly rotary?: ExactRotary | undefined;
}

/** One head's entries at a position, turned. */
function headAt(
  rows: Float64Array,
  columns: number,
  row: number,
  { offset, stride, headSize }: HeadLayout,
  head: number,
  position: number,
  rotary: ExactRotary | undefined,
): Float64Array {
  const from = row * columns + offset + head * stride;
  const entries = rows.slice(from, from + headSize);
  if (rotary === undefined) return entries;
  const half = rotary.dims / 2;
  return entries.map((value, index) => {
    if (index >= rotary.dims) return value;
    const turn = rotary.angle(position, index % half);
    const other = index < half ? -entries[index + half]! : entries[index - half]!;
    return value * Math.cos(turn) + other * Math.sin(turn);
  });
}

/** Whether a position is seen; one of padding that would see nothing sees itself. */
function seenBy(at: number, sample: number, { length, causal, window, lengths }: AttentionForm): number[] {
  const seen = Array.from({ length }, (_, position) => position).filter(
    (position) =>
      position < lengths[sample]! &&
      (!causal || position <= at) &&
      (window === undefined || position > at - window),
  );
  return seen.length === 0 ? [at] : seen;
}

/**
 * Attention by the definition, in float64.
 * @param projections one fused or three, row-major [batch · length, columns]
 * @returns [batch · length, query heads · head size]
 */
export function exactAttention(of: ExactInputs, projections: readonly Float64Array[]): number[] {
  const { q, k, v, batch, form, rotary } = of;
  const { length, scale, cap } = form;
  const rows = batch * length;
  const [queries = new Float64Array(), keys = queries, values = queries] = projections;
  const columnsOf = (given: Float64Array): number => given.length / rows;
  const out: number[] = [];
  for (let row = 0; row < rows; row++) {
    const [sample, at] = [Math.floor(row / length), row % length];
    const seen = seenBy(at, sample, form);
    for (let head = 0; head < q.heads; head++) {
      const keyHead = Math.floor(head / (q.heads / k.heads));
      const query = headAt(queries, columnsOf(queries), row, q, head, at, rotary);
      const products = seen.map((position) => {
        const from = sample * length + position;
        const key = headAt(keys, columnsOf(keys), from, k, keyHead, position, rotary);
        const product = scale * query.reduce((sum, entry, i) => sum + entry * key[i]!, 0);
        return cap === undefined ? product : cap * Math.tanh(product / cap);
      });
      const most = Math.max(...products);
      const powers = products.map((product) => Math.exp(product - most));
      const total = powers.reduce((sum, power) => sum + power, 0);
      const mixed = new Float64Array(v.headSize);
      seen.forEach((position, i) => {
        const from = sample * length + position;
        headAt(values, columnsOf(values), from, v, keyHead, position, undefined).forEach(
          (entry, index) => (mixed[index]! += (entry * powers[i]!) / total),
        );
      });
      out.push(...mixed);
    }
  }
  return out;
}

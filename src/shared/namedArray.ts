/** A tensor by its shape and numbers, row-major. */
export interface NamedArray {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

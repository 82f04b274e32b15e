/**
 * The element types that a safetensors file may name, with their size in bits (safetensors 0.6; the four- and six-bit
 * floats are packed). Headers of all of them are read; weights are computed from the first three only.
 */
export const dtypeBits = {
  F32: 32,
  F16: 16,
  BF16: 16,
  F64: 64,
  F8_E4M3: 8,
  F8_E5M2: 8,
  F8_E8M0: 8,
  F6_E2M3: 6,
  F6_E3M2: 6,
  F4: 4,
  C64: 64,
  I64: 64,
  I32: 32,
  I16: 16,
  I8: 8,
  U64: 64,
  U32: 32,
  U16: 16,
  U8: 8,
  BOOL: 8,
} as const;

export type Dtype = keyof typeof dtypeBits;

/** The element types that can be read as float32 numbers without loss, and written. */
export const floatDtypes = ['F32', 'F16', 'BF16'] as const;
export type FloatDtype = (typeof floatDtypes)[number];

export const isDtype = (value: unknown): value is Dtype =>
  typeof value === 'string' && Object.hasOwn(dtypeBits, value);

export const isFloatDtype = (dtype: Dtype): dtype is FloatDtype =>
  (floatDtypes as readonly Dtype[]).includes(dtype);

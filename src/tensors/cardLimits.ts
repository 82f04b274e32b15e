/** What a card can hold. */
export interface CardLimits {
  readonly name: string;
  /** The largest single tensor that an operation can be given, in bytes. */
  readonly tensorBytes: number;
  /** All of the card's memory, and what nobody uses; undefined where the system does not tell. */
  readonly memoryBytes?: number | undefined;
  readonly freeBytes?: number | undefined;
  /** The card computes in the machine's own memory. */
  readonly sharedMemory: boolean;
}

let tensorBytes = Infinity;

/** The largest tensor of the current device in bytes: WebGPU binds no buffer beyond a limit of the card and its driver. */
export const largestTensor = (): number => tensorBytes;

/** Called where a device is opened. */
export function limitTensors(bytes: number): void {
  tensorBytes = bytes;
}

/**
 * Cuts the rows of a float32 matrix into as few parts of nearly one size as a device can bind.
 * @returns first row and number of rows of each part
 */
export function cutRows(
  rows: number,
  columns: number,
  limit = largestTensor(),
): [first: number, count: number][] {
  const most = Math.max(1, Math.floor(limit / (4 * columns)));
  const parts = Math.max(1, Math.ceil(rows / most));
  const edge = (part: number): number => Math.round((part * rows) / parts);
  return Array.from({ length: parts }, (_, part) => [edge(part), edge(part + 1) - edge(part)]);
}

import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { CellName, Share } from './cells';

/** One training: what it was of, what it did on each test example, and what it took. */
export interface Row {
  readonly task: string;
  readonly share: Share;
  readonly cell: CellName;
  readonly seed: number;
  readonly parameters: number;
  readonly layers: number;
  readonly accuracy: number;
  readonly loss: number;
  /** "0110…": whether each test example was answered right. */
  readonly hits: string;
  /** Of each test example, in nats a token of its label. */
  readonly losses: readonly number[];
  readonly targets: readonly number[];
  /** Of the whole training with its evaluations. */
  readonly seconds: number;
  readonly secondsPerStep: number;
}

const file = path.resolve(__dirname, '../../evidence/rows.jsonl');

export function readRows(): Row[] {
  if (!existsSync(file)) return [];
  return readFileSync(file, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);
}

export function addRow(row: Row): void {
  mkdirSync(path.dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(row)}\n`);
}

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The machine in a line, without its name. */
export const describeMachine = (): string =>
  `${os.cpus()[0]?.model.trim() ?? 'unknown'}, ${os.availableParallelism()} cores, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Node ${process.versions.node}`;

/** To so many digits that count. */
export const round = (value: number, digits = 3): number => Number(value.toPrecision(digits));

const fileOf = (name: string): string => path.join(__dirname, 'results', `${name}.json`);

/** What a benchmark has written last. */
export const readResult = (name: string): unknown => JSON.parse(readFileSync(fileOf(name), 'utf8'));

/** Writes a benchmark's figures to bench/results/NAME.json and prints them. */
export function writeResult(name: string, figures: Readonly<Record<string, unknown>>): void {
  mkdirSync(path.dirname(fileOf(name)), { recursive: true });
  const text = JSON.stringify({ date: new Date().toISOString().slice(0, 10), ...figures }, null, 2);
  writeFileSync(fileOf(name), `${text}\n`);
  console.log(`${name}\n${text}`);
}

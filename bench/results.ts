import { mkdirSync, writeFileSync } from 'node:fs';
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

/** Writes a benchmark's figures to bench/results/NAME.json and prints them. */
export function writeResult(name: string, figures: Readonly<Record<string, unknown>>): void {
  const folder = path.join(__dirname, 'results');
  mkdirSync(folder, { recursive: true });
  const text = JSON.stringify({ date: new Date().toISOString().slice(0, 10), ...figures }, null, 2);
  writeFileSync(path.join(folder, `${name}.json`), `${text}\n`);
  console.log(`${name}\n${text}`);
}

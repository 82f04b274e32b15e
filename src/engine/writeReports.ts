import { reportFiles } from '../planning/reportFiles';
import type { RunWriter } from './runWriter';

/** Writes what a run comes to as its reports, the last thing before its end: what is told after them they do not say. */
export async function writeReports(writer: RunWriter): Promise<void> {
  const { state, noted } = writer;
  for (const [name, content] of reportFiles(state, noted)) await writer.write(name, content);
}

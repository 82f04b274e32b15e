import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Preloaded: counts what a process changes on the disk, and kills it at the change of the number `FAULT_CALL` among those of
 * `FAULT_AMONG`: before, after, or in the middle of it (`FAULT_MOMENT`). A kill by the clock hits such a moment by luck alone.
 * `lines` of journals and `pieces` of checkpoints are nearly all changes, so that what is done to whole `files` is counted by itself.
 */
const { FAULT_CALL, FAULT_AMONG, FAULT_MOMENT, FAULT_COUNT_INTO } = process.env;
const at = Number(FAULT_CALL);
const calls = { lines: 0, pieces: 0, files: 0 };

const die = () => process.kill(process.pid, 'SIGKILL');

/** @param half does a part of the call; absent where there is none */
function patch(among, owner, name, half, counts = () => true) {
  const whole = owner[name];
  owner[name] = async function (...args) {
    if (!counts(args)) return whole.apply(this, args);
    calls[among]++;
    if (among !== FAULT_AMONG || calls[among] !== at) return whole.apply(this, args);
    if (FAULT_MOMENT === 'before') die();
    if (FAULT_MOMENT === 'half' && half !== undefined) await half.call(this, whole, args);
    else await whole.apply(this, args);
    die();
    return undefined;
  };
}

/** Of what is written, the first half. */
function halfWrite(whole, [data, ...more]) {
  const bytes = Buffer.from(data.buffer ?? data, data.byteOffset, data.byteLength);
  return whole.call(this, bytes.subarray(0, bytes.length >> 1), ...more);
}

/** Of what is removed, the first name. */
async function halfRemoval(whole, [folder, ...more]) {
  const [name] = await fs.promises.readdir(folder).catch(() => []);
  if (name !== undefined) await whole.call(this, path.join(folder, name), ...more);
}

// Lanes change nothing but hidden states, and are killed elsewhere.
if (!process.argv.includes('--score-lane')) {
  const handle = await fs.promises.open(os.devNull);
  const handles = Object.getPrototypeOf(handle);
  await handle.close();
  for (const name of ['mkdir', 'rename', 'writeFile', 'copyFile', 'link']) patch('files', fs.promises, name);
  patch('files', fs.promises, 'rm', halfRemoval);
  patch('files', fs.promises, 'open', undefined, ([, flags]) => /[wa]/.test(flags ?? 'r'));
  patch('lines', handles, 'write', halfWrite);
  patch('pieces', handles, 'appendFile', halfWrite);
  for (const name of ['sync', 'truncate']) patch('files', handles, name);
  if (FAULT_COUNT_INTO) process.on('exit', () => fs.writeFileSync(FAULT_COUNT_INTO, JSON.stringify(calls)));
}

import { Buffer } from 'node:buffer';
import fs from 'node:fs';
import os from 'node:os';

/**
 * Preloaded where no file system can be mounted: what writes fails with `REFUSE_CODE` behind so many bytes (`REFUSE_AFTER`), as on a
 * disk that is full (ENOSPC) or that may not be written (EROFS).
 */
const { REFUSE_CODE, REFUSE_AFTER } = process.env;
let left = Number(REFUSE_AFTER);

const refuse = (name) => {
  const words = REFUSE_CODE === 'ENOSPC' ? 'no space left on device' : 'read-only file system';
  throw Object.assign(new Error(`${REFUSE_CODE}: ${words}, ${name}`), { code: REFUSE_CODE });
};

/** @param bytesOf what a call takes of the room */
function patch(owner, name, bytesOf, counts = () => true) {
  const whole = owner[name];
  owner[name] = function (...args) {
    if (!counts(args)) return whole.apply(this, args);
    left -= bytesOf(args);
    return left < 0 ? new Promise(() => refuse(name)) : whole.apply(this, args);
  };
}

const handle = await fs.promises.open(os.devNull);
const handles = Object.getPrototypeOf(handle);
await handle.close();
const size = ([data]) => Buffer.byteLength(data);
patch(handles, 'write', size);
patch(handles, 'appendFile', size);
const isWriting = ([, flags]) => /[wa]/.test(flags ?? 'r');
patch(fs.promises, 'open', () => 256, isWriting);
for (const name of ['mkdir', 'link']) patch(fs.promises, name, () => 256);
if (REFUSE_CODE === 'EROFS')
  for (const name of ['rename', 'rm', 'writeFile', 'copyFile']) patch(fs.promises, name, () => 1);

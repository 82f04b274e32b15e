import { createHash } from 'node:crypto';
import { createWriteStream, type WriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import { basename } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { cancelled, LabError } from '../../shared/errors';
import { systemCode } from '../fileError';

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Told how many bytes came since it was last told. */
  readonly received?: ((bytes: number) => void) | undefined;
}

/** A server that says nothing for so long says nothing more. */
const idleMs = 60_000;
const mostRedirects = 5;

/**
 * Fetches a file and checks it. Nothing is left behind where that fails.
 *
 * Proxies: inside VS Code these are its own `http` and `https`, which go by `http.proxy`, the system's settings, and the
 * variables HTTPS_PROXY and NO_PROXY.
 *
 * @param sha256 what its bytes must hash to, 64 hexadecimal digits; undefined where nobody tells
 * @returns what they do hash to
 * @throws LabError `runtime-unavailable` where it is not there, `runtime-install-failed`, `cancelled`; the system's error
 *   where the disk refuses (`toLabError` names a full one)
 */
export async function download(
  url: string,
  sha256: string | undefined,
  path: string,
  { signal, received }: DownloadOptions = {},
): Promise<string> {
  const hash = createHash('sha256');
  const measure = async function* (chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      received?.(chunk.length);
      yield chunk;
    }
  };
  let file: WriteStream | undefined;
  try {
    const response = await open(new URL(url), 'GET', signal);
    file = createWriteStream(path);
    await pipeline(response, measure, file, { ...(signal ? { signal } : {}) });
    const found = hash.digest('hex');
    if (sha256 !== undefined && found !== sha256) throw otherFile(basename(path), url, sha256, found);
    return found;
  } catch (thrown) {
    if (file) await closed(file);
    await rm(path, { force: true });
    throw signal?.aborted ? cancelled() : failure(url, thrown);
  }
}

/** A pipeline that is cancelled does not wait for its file, which may only then come to be opened, and so made. */
const closed = (file: WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (file.closed) resolve();
    else file.once('close', resolve).destroy();
  });

/**
 * How large a file is, without fetching it; undefined where that cannot be had.
 *
 * @throws LabError `runtime-unavailable` where it is not there
 */
export async function remoteSize(url: string, patienceMs = 5000): Promise<number | undefined> {
  try {
    const response = await open(new URL(url), 'HEAD', AbortSignal.timeout(patienceMs));
    response.resume();
    const length = Number(response.headers['content-length']);
    return length > 0 ? length : undefined;
  } catch (thrown) {
    if (thrown instanceof LabError && thrown.code === 'runtime-unavailable') throw thrown;
    return undefined;
  }
}

/** The answer to a request, behind redirects. */
async function open(
  url: URL,
  method: 'GET' | 'HEAD',
  signal: AbortSignal | undefined,
  redirects = 0,
): Promise<http.IncomingMessage> {
  const response = await ask(url, method, signal);
  const { statusCode = 0, headers } = response;
  if (statusCode === 200) return response;
  response.resume();
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    const next = new URL(headers.location, url);
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw new Error(`the server sends on to ${next.host} without encryption`);
    }
    if (redirects === mostRedirects) throw new Error('the server sends from one place to the next');
    return open(next, method, signal, redirects + 1);
  }
  if (statusCode === 404 || statusCode === 410) throw notThere(url);
  throw new Error(`the server answered ${statusCode}`);
}

function ask(url: URL, method: string, signal: AbortSignal | undefined): Promise<http.IncomingMessage> {
  const { request } = url.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, timeout: idleMs, ...(signal ? { signal } : {}) }, resolve);
    sent.on('timeout', () => sent.destroy(new Error(`nothing came for ${idleMs / 1000} s`)));
    sent.on('error', reject);
    sent.end();
  });
}

/** The disk's errors as they are, those of the network in a sentence. */
function failure(url: string, thrown: unknown): unknown {
  const ofDisk = systemCode(thrown) === 'ENOSPC' || (thrown instanceof Error && 'path' in thrown);
  if (thrown instanceof LabError || ofDisk) return thrown;
  const words = thrown instanceof Error ? thrown.message : String(thrown);
  return new LabError(
    'runtime-install-failed',
    `${url} could not be downloaded: ${words}.`,
    'Check the connection and the proxy, then install again.',
    { cause: thrown },
  );
}

const notThere = (url: URL): LabError =>
  new LabError(
    'runtime-unavailable',
    `There is no file ${url.href}: its maker does not offer it, or not any more.`,
    'Choose another device, or name a mirror that has it in the variable TFJS_NODE_CDN_STORAGE.',
  );

const otherFile = (name: string, url: string, wanted: string, found: string): LabError =>
  new LabError(
    'runtime-install-failed',
    `${name} from ${new URL(url).host} is not the file that we know: its SHA-256 is ${found}, not ${wanted}.`,
    'Install again; if it stays so, its source or a proxy has changed the file, and it must not be used.',
  );

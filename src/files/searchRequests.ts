import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { fileError, systemCode } from './fileError';

/** The name of the file in a run's folder. */
export const requestsFile = 'requests.jsonl';

/**
 * The lines of a search's append-only `requests.jsonl`. Whoever looks at a search appends what he asks of it, from a page, a
 * command or another process; the search reads the file between two trials and appends its answers.
 */
const requestSchema = z.discriminatedUnion('type', [
  /** No trial begins until the search shall go on; the one in progress comes to its end. */
  z.object({ type: z.literal('pause') }),
  z.object({ type: z.literal('go-on') }),
  /** A trial by hand, one number for each dimension of the search. */
  z.object({ type: z.literal('add'), point: z.record(z.string(), z.number()) }),
  /** The search's own: it has taken what the line of this number asked for, or says why it does not. */
  z.object({
    type: z.literal('answered'),
    request: z.number().int().nonnegative(),
    refusal: z.string().optional(),
  }),
]);
export type SearchRequest = z.infer<typeof requestSchema>;

/** A trial that somebody asked for. */
export interface AskedTrial {
  /** The line of `requests.jsonl` that asks for it, from 0. */
  readonly request: number;
  readonly point: Readonly<Record<string, number>>;
}

export interface SearchRequests {
  readonly paused: boolean;
  /** What no search has answered yet, in the order of asking. */
  readonly waiting: readonly AskedTrial[];
  /** Why trials that were asked for are not tried. */
  readonly refusals: readonly string[];
}

/** What is asked of the search of a run; nothing where there is no such file. @throws LabError journal-invalid */
export async function readRequests(run: string): Promise<SearchRequests> {
  try {
    return requestsOf(await readFile(join(run, requestsFile), 'utf8'));
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return requestsOf('');
    throw fileError(
      ...([thrown, 'journal-invalid', 'The file of search requests', join(run, requestsFile)] as const),
      'Move it away: what was asked is lost then.',
    );
  }
}

/**
 * What a file's whole lines ask for. A line that is none of ours is passed over: a search of hours must not end of it.
 */
export function requestsOf(text: string): SearchRequests {
  const lines = text.split('\n').slice(0, -1).map(decode);
  const answers = lines.filter((line) => line?.type === 'answered');
  const answered = new Set(answers.map(({ request }) => request));
  const last = lines.findLast((line) => line?.type === 'pause' || line?.type === 'go-on');
  return {
    paused: last?.type === 'pause',
    waiting: lines.flatMap((line, request) =>
      line?.type === 'add' && !answered.has(request) ? [{ request, point: line.point }] : [],
    ),
    refusals: answers.flatMap(({ refusal }) => refusal ?? []),
  };
}

/**
 * Appends a line in one write. A line that a killed process left half-written is ended first.
 * @param run absolute path of the run's folder, which must exist
 */
export async function appendRequest(run: string, request: SearchRequest): Promise<void> {
  const handle = await open(join(run, requestsFile), 'a+');
  try {
    const { size } = await handle.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await handle.read(last, 0, 1, size - 1);
    const torn = size > 0 && last[0] !== 0x0a;
    await handle.appendFile(
      `${torn ? '\n' : ''}${JSON.stringify({ at: new Date().toISOString(), ...request })}\n`,
    );
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function decode(line: string): SearchRequest | undefined {
  try {
    return requestSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

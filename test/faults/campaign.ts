import { appendFileSync } from 'node:fs';
import { mulberry32 } from '../../src/shared/random';

/** Another one each day: whoever sees a failure repeats it by this number. */
export const seed = Number(process.env['ADAPTER_LAB_SEED'] ?? Math.floor(Date.now() / 86_400_000));

/** Whether it is the campaign, which may take its time, and not a part of `npm test`. */
export const isCampaign = process.env['ADAPTER_LAB_FAULTS'] !== undefined;

/** Kills of the campaign; other kinds have a share of them. `npm run test:faults` asks for 200. */
const kills = Number(process.env['ADAPTER_LAB_FAULTS'] ?? 4);

/** Where each injection is written down, a JSON object a line; nowhere when the suite is a part of `npm test`. */
const recordFile = process.env['ADAPTER_LAB_FAULTS_RECORD'];

/** After so long no more of a kind is injected. */
const mostMs = Number(process.env['ADAPTER_LAB_FAULTS_MINUTES'] ?? 60) * 60_000;

/** How many injections there are of a kind that has this share of the kills; one at least. */
export const injections = (share = 1): number => Math.max(1, Math.round(kills * share));

/**
 * What came of an injection where nothing was lost. `resumed`: it went on to the end that an undisturbed one has. `refused`: an error
 * with its code and next step, nothing changed. `undisturbed`: the fault did not reach the work. `missed`: it came to its end before.
 */
export type Outcome = 'resumed' | 'refused' | 'undisturbed' | 'missed';

/** A line of the record. */
export interface Injected {
  readonly kind: string;
  /** What was done when, in words. */
  readonly what: string;
  readonly outcome: Outcome | 'lost';
  readonly error?: string;
}

export interface Shot {
  /** Of this campaign alone: another kind's number of injections does not change it. */
  readonly random: () => number;
  /** From 0. */
  readonly number: number;
  /** Says what is injected, before it is: it stands beside what came of it. */
  readonly say: (what: string) => void;
}

/**
 * Injects one fault after the other, and fails behind the last with all that were lost: one loss must not hide another. One that missed
 * does not count, within reason.
 * @param inject throws where anything was lost, or was not as it is promised
 */
export async function campaign(
  kind: string,
  count: number,
  inject: (shot: Shot) => Promise<Outcome>,
): Promise<void> {
  const random = mulberry32([...kind].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), seed) >>> 0);
  const lost: Error[] = [];
  let injected = 0;
  const began = performance.now();
  const isEnough = (number: number): boolean =>
    injected + lost.length >= count || number >= Math.max(2 * count, 8);
  for (let number = 0; !isEnough(number) && performance.now() - began < mostMs; number++) {
    let what = '';
    const say = (words: string): void => void (what = words);
    try {
      const outcome = await inject({ random, number, say });
      if (outcome !== 'missed') injected++;
      write({ kind, outcome, what });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      error.message = `${kind}, injection ${number} (seed ${seed}), ${what}: ${error.message}`;
      write({ kind, what, outcome: 'lost', error: error.message });
      lost.push(error);
    }
  }
  if (injected + lost.length < count)
    console.log(`    ${kind}: ${injected + lost.length} of ${count} were injected.`);
  // Where jobs were over each time before their fault came, nothing was tried.
  if (count > 0 && injected + lost.length === 0)
    throw new Error(`Not one of ${count} was injected: ${kind}.`);
  if (lost.length === 1) throw lost[0];
  if (lost.length > 1)
    throw new Error(
      `${lost.length} of ${count} were lost.\n${lost.map(({ message }) => message).join('\n')}`,
    );
}

function write(injected: Injected): void {
  if (recordFile !== undefined) appendFileSync(recordFile, `${JSON.stringify(injected)}\n`);
}

/** One of them, each as likely. */
export const oneOf = <T>(random: () => number, all: readonly T[]): T =>
  all[Math.floor(random() * all.length)] as T;

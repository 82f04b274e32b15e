import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Piece } from '../../../src/engine/pieces/piece';
import { PieceFollower } from '../../../src/engine/pieces/pieceFollower';
import { runFiles } from '../../../src/files/runs';
import { median } from '../../results';

const pieces = 64;
const events = 40;
const rounds = 20;

/** Seconds that the coordinator takes to look at one piece that goes on and has nothing new, on the disk of this folder. */
export async function lookSeconds(folder: string): Promise<number> {
  const line = `${JSON.stringify({ at: '2026-01-01T00:00:00.000Z', type: 'stage', stage: 'train' })}\n`;
  const followers: PieceFollower[] = [];
  for (let number = 0; number < pieces; number++) {
    const piece = path.join(folder, String(number));
    const attempt = path.join(piece, 'attempts', '1');
    await mkdir(attempt, { recursive: true });
    await writeFile(path.join(attempt, runFiles.events), line.repeat(events));
    followers.push(await PieceFollower.open(probeNamed(String(number)), piece, {}, false));
  }
  const times: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    for (const follower of followers) await follower.follow();
    times.push((performance.now() - began) / 1000 / pieces);
  }
  // The first round reads.
  return median(times.slice(1));
}

const probeNamed = (name: string): Piece => ({ name, title: name, device: 'auto', work: { kind: 'probe' } });

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** The one on PATH, as machines with a card have it, then Debian's own, which has Debian's torch. */
const candidates = ['python3', '/usr/bin/python3'];

/**
 * A Python that has torch, and for `cuda` one whose torch sees a card.
 * @throws Error with what each said
 */
export async function findPython(device: 'cpu' | 'cuda'): Promise<string> {
  const check = device === 'cuda' ? 'import torch; torch.zeros(1, device="cuda")' : 'import torch';
  const said: string[] = [];
  for (const python of candidates) {
    try {
      await promisify(execFile)(python, ['-c', check]);
      return python;
    } catch (error) {
      const { stderr = '', message } = error as Error & { stderr?: string };
      said.push(`${python}: ${stderr.trim().split('\n').at(-1) || message}`);
    }
  }
  throw new Error(`No Python here has PyTorch on ${device} (${said.join('; ')}).`);
}

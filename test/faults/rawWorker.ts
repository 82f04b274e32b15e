import { spawn, type ChildProcess } from 'node:child_process';
import type { Duplex } from 'node:stream';
import path from 'node:path';
import { protocolVersion } from '../../src/shared/protocol';
import { root } from '../cli/commandLine';

interface Answer {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: unknown;
}

/** The built engine process with the bytes of its channel in our hands: what no client of ours would write can be written. */
export class RawWorker {
  readonly child: ChildProcess;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  stderr = '';
  private readonly channel: Duplex;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private received = '';
  private count = 0;

  constructor() {
    // Node takes any socket for a channel that this variable names; a fork's is closed to all but whole messages.
    this.child = spawn(process.execPath, [path.join(root, 'dist', 'worker.js')], {
      stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_CHANNEL_FD: '3' },
    });
    this.ended = new Promise((resolve) =>
      this.child.on('close', (code, signal) => resolve({ code, signal })),
    );
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.channel = this.child.stdio[3] as Duplex;
    // Whoever ends leaves the other with a broken pipe.
    this.channel.on('error', () => undefined);
    this.channel.setEncoding('utf8').on('data', (text: string) => this.hear(text));
  }

  /** Bytes as they are. */
  write(bytes: string | Uint8Array): void {
    this.channel.write(bytes);
  }

  /** Takes the channel away. */
  cut(): void {
    this.channel.destroy();
  }

  /** A message of the protocol as it goes over the channel, with its number. */
  message(method: string, params: unknown): { readonly id: number; readonly text: string } {
    const id = ++this.count;
    return { id, text: `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n` };
  }

  /** Whether it says hello to a good request; false where it has ended. */
  async isWell(): Promise<boolean> {
    const { id, text } = this.message('hello', { protocol: protocolVersion });
    const answered = new Promise<boolean>((resolve) =>
      this.waiting.set(id, ({ result }) => resolve(result !== undefined)),
    );
    this.write(text);
    return Promise.race([answered, this.ended.then(() => false)]);
  }

  private hear(text: string): void {
    const lines = (this.received + text).split('\n');
    this.received = lines.pop() ?? '';
    for (const line of lines) {
      const answer = JSON.parse(line) as Answer;
      this.waiting.get(answer.id ?? 0)?.(answer);
    }
  }
}

/**
 * Stands in for `@vscode/spdlog`, a native module that VS Code writes its log files with, output channels among
 * them: without it every output channel stays empty. No rotation: a test run writes little.
 */
import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const NAMES = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
export const version = 0;

export class Logger {
  private level = 2;
  private plain = false;

  constructor(
    _type: string,
    _name: string,
    private readonly file: string,
  ) {
    mkdirSync(dirname(file), { recursive: true });
    appendFileSync(file, '');
  }

  trace = (message: string): void => this.write(0, message);
  debug = (message: string): void => this.write(1, message);
  info = (message: string): void => this.write(2, message);
  warn = (message: string): void => this.write(3, message);
  error = (message: string): void => this.write(4, message);
  critical = (message: string): void => this.write(5, message);

  getLevel(): number {
    return this.level;
  }
  setLevel(level: number): void {
    this.level = level;
  }
  /** A raw logger, which an output channel is, writes the message and nothing else. */
  clearFormatters(): void {
    this.plain = true;
  }
  setPattern(): void {
    this.plain = false;
  }
  flush(): void {
    // Every message is on disk already.
  }
  drop(): void {
    // Nothing is held open.
  }

  private write(level: number, message: string): void {
    if (level < this.level) return;
    const time = new Date().toISOString().replace('T', ' ').replace('Z', '');
    try {
      appendFileSync(this.file, this.plain ? message : `${time} [${NAMES[level]}] ${message}\n`);
    } catch {
      // The log folder went away with the test's data; a log line is not worth an error then.
    }
  }
}

export async function createRotatingLogger(name: string, file: string): Promise<Logger> {
  return new Logger('rotating', name, file);
}
export const createAsyncRotatingLogger = createRotatingLogger;

export function setLevel(): void {
  // The level of each logger is what counts here.
}
export function setFlushOn(): void {
  // Nothing is buffered.
}

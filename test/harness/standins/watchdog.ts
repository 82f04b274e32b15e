/** Stands in for the native module with which VS Code's extension host ends when the server that started it is gone. */
export function start(pid: number): void {
  setInterval(() => {
    try {
      process.kill(pid, 0);
    } catch {
      process.kill(process.pid, 'SIGKILL');
    }
  }, 1000).unref();
}

export function exit(code: number): void {
  // The extension host replaces process.exit with a refusal; reallyExit is what it hides.
  (process as unknown as { reallyExit(code: number): void }).reallyExit(code);
}

import { type Browser, chromium } from 'playwright-core';
import { requireSystem } from './system';

/** Chromium with nothing that calls out: all names but the loopback interface resolve to nothing. */
const ARGUMENTS = [
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
  '--disable-gpu',
  // The shared memory of a container is too small for a page of this size.
  '--disable-dev-shm-usage',
  // The same pixels on every machine.
  '--force-color-profile=srgb',
  '--font-render-hinting=none',
];

/** Starts the system's Chromium without a window. `more` switches features on, WebGPU for instance. */
export async function launchChromium(more: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: requireSystem().chromium,
    // The sandbox cannot be had as root, and the pages are our own.
    args: [...ARGUMENTS, ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...more],
    // The process groups of the harness end on these; the browser has to go after them, not before.
    handleSIGINT: false,
    handleSIGTERM: false,
    handleSIGHUP: false,
  });
}

import type { Page } from 'playwright-core';
import type { RunEvent } from '../../src/shared/runEvents';
import type { Palette, RunHeading, ToWebview } from '../../src/shared/webviewProtocol';

/** What a run's page is shown, and what is done to it before its picture is taken. */
export interface Scene {
  readonly events: readonly RunEvent[];
  readonly heading?: Partial<RunHeading>;
  readonly trusted?: boolean;
  readonly palette?: Palette;
  readonly state?: Readonly<Record<string, unknown>>;
  /** What the host says after the run is open. */
  readonly messages?: readonly ToWebview[];
  /** Clicks, keys and the like before the picture. */
  readonly play?: (page: Page) => Promise<void>;
}

/** What a page of two plans is shown. */
export interface CompareScene extends Pick<Scene, 'state' | 'play'> {
  readonly messages: readonly Extract<ToWebview, { type: 'comparison' }>[];
}

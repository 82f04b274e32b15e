import type { FromWebview, ToWebview } from '../src/shared/webviewProtocol';

interface VsCodeApi {
  postMessage(message: FromWebview): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): VsCodeApi;

/** The extension host as the page sees it. VS Code gives its API once only, so there is one of these. */
export class Host {
  private readonly api = acquireVsCodeApi();

  /** Calls back with each message. Ready is told only after the listener stands, or the first answer could be lost. */
  listen(receive: (message: ToWebview) => void): void {
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (isToWebview(event.data)) receive(event.data);
    });
    this.send({ type: 'ready' });
  }

  send(message: FromWebview): void {
    this.api.postMessage(message);
  }

  /** What the page saved before it was taken down, of any version of the page. */
  saved(): unknown {
    return this.api.getState();
  }

  save(state: Readonly<Record<string, unknown>>): void {
    this.api.setState(state);
  }
}

/** What each message must hold to be taken for one. */
const marks: Readonly<Record<ToWebview['type'], string>> = {
  open: 'events',
  events: 'events',
  asked: 'pause',
  turn: 'tab',
  draft: 'run',
  outlook: 'outlook',
  comparison: 'page',
};

// Only the host can post here, but browser extensions and VS Code itself also do: the type tells ours apart.
function isToWebview(data: unknown): data is ToWebview {
  if (typeof data !== 'object' || data === null) return false;
  const { type } = data as { type?: unknown };
  return typeof type === 'string' && Object.hasOwn(marks, type) && marks[type as ToWebview['type']] in data;
}

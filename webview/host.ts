import type { FromWebview, PageAction, RunHeading, ToWebview } from '../src/shared/webviewProtocol';
import { decodeChoices, type Choices } from './model/choices';

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
    this.api.postMessage({ type: 'ready' });
  }

  act(action: PageAction): void {
    this.api.postMessage({ type: 'action', action });
  }

  choices(): Choices {
    return decodeChoices(this.api.getState());
  }

  /** The heading is saved too: a panel serializer gets this state and needs the run to turn back to. */
  save(choices: Choices, heading: RunHeading | undefined): void {
    this.api.setState({ ...choices, run: heading?.run, experiment: heading?.experiment });
  }
}

// Only the host can post here, but browser extensions and VS Code itself also do: the type tells ours apart.
function isToWebview(data: unknown): data is ToWebview {
  if (typeof data !== 'object' || data === null) return false;
  const { type, events } = data as { type?: unknown; events?: unknown };
  return (type === 'open' || type === 'events') && Array.isArray(events);
}

import { replay } from '../../src/shared/replay';
import { emptyRun } from '../../src/shared/runState';
import type { ToWebview } from '../../src/shared/webviewProtocol';
import { h } from '../dom';
import type { Host } from '../host';
import { Announcer } from '../model/announcer';
import { Backlog } from '../model/backlog';
import { decodeChoices } from '../model/choices';
import { announcement } from '../model/status';
import { pageView, type OpenPage } from '../model/view';
import { page } from '../page';

/** The page of a run, of a plan or of an adapter: its parts, kept in step with what the host tells. */
export function runPage(host: Host, app: HTMLElement): void {
  let choices = decodeChoices(host.saved());
  let open: OpenPage | undefined;

  const save = (): void => {
    const { run, experiment } = open?.heading ?? {};
    // A panel serializer gets this state and needs the run to turn back to.
    host.save({ ...choices, run, experiment });
  };
  let changes = 0;
  const shown = page({
    act: (action) => host.send({ type: 'action', action }),
    steer: (steering) => host.send({ type: 'steer', steering }),
    change: (change) => {
      changes++;
      host.send({ type: 'change', change, number: changes });
      return changes;
    },
    copy: (text, what) => host.send({ type: 'copy', text, what }),
    savePicture: (name, png) => host.send({ type: 'picture', name, png }),
    choose: (changed) => {
      choices = { ...choices, ...changed };
      save();
      draw();
    },
  });
  const live = h('p', { class: 'sr-only', role: 'status' });
  const announcer = new Announcer((sentence) => (live.textContent = sentence));

  const backlog = new Backlog();
  const draw = (): void => {
    if (!open) return;
    open = { ...open, run: backlog.replayed(open.run) };
    // Only now, with a run to show; and before the update, since the chart takes its size from its place on the page.
    if (!shown.element.isConnected) app.replaceChildren(shown.element, live);
    shown.update(pageView(open, choices, Date.now()));
    announcer.announce(announcement(open.run));
  };
  let drawing = false;
  /** Batches may arrive faster than the screen can show them. */
  const drawSoon = (): void => {
    if (drawing) return;
    drawing = true;
    requestAnimationFrame(() => {
      drawing = false;
      draw();
    });
  };

  const receive = (message: ToWebview): void => {
    if (message.type === 'open') {
      const { heading, trusted, palette, events } = message;
      backlog.forget();
      open = {
        heading,
        trusted,
        palette,
        run: replay(emptyRun, events),
        draft: undefined,
        outlook: undefined,
      };
      save();
    } else if (message.type === 'comparison' || message.type === 'asked' || open?.heading.run !== message.run)
      return;
    else if (message.type === 'events') open = { ...open, run: backlog.add(open.run, message.events) };
    else if (message.type === 'turn') {
      choices = { ...choices, tab: message.tab };
      save();
    } else if (message.type === 'outlook') open = { ...open, outlook: message.outlook };
    else open = { ...open, draft: message.draft, answered: message.answered };
    drawSoon();
  };
  host.listen(receive);
  // The elapsed time moves on also when no batch arrives.
  setInterval(() => {
    if (open?.run.status === 'running') drawSoon();
  }, 1000);
}

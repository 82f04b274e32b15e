import { replay } from '../../src/shared/replay';
import { emptyRun } from '../../src/shared/runState';
import type { ToWebview } from '../../src/shared/webviewProtocol';
import { h } from '../dom';
import { Host } from '../host';
import { Announcer } from '../model/announcer';
import { Backlog } from '../model/backlog';
import { liveView, type LiveRun } from '../model/live';
import { announcement } from '../model/status';
import '../styles/base.css';
import './live.css';
import { livePage } from './page';

const host = new Host();
const shown = livePage({
  act: (action) => host.send({ type: 'action', action }),
  steer: (steering) => host.send({ type: 'steer', steering }),
});
const spoken = h('p', { class: 'sr-only', role: 'status' });
const announcer = new Announcer((sentence) => (spoken.textContent = sentence));
const backlog = new Backlog();
let live: LiveRun | undefined;
/** Seconds left as they are shown. */
let left: number | undefined;

function draw(): void {
  if (!live) return;
  live = { ...live, run: backlog.replayed(live.run) };
  if (!shown.element.isConnected) document.getElementById('app')?.replaceChildren(shown.element, spoken);
  const view = liveView(live, Date.now(), left);
  left = view.left;
  shown.update(view);
  announcer.announce(announcement(live.run));
}

let drawing = false;
/** Batches may arrive faster than the screen can show them. */
function drawSoon(): void {
  if (drawing) return;
  drawing = true;
  requestAnimationFrame(() => {
    drawing = false;
    draw();
  });
}

function receive(message: ToWebview): void {
  if (message.type === 'open') {
    const { heading, trusted, events } = message;
    backlog.forget();
    live = { heading, trusted, isPauseAsked: false, run: replay(emptyRun, events) };
    left = undefined;
  } else if (message.type === 'events' && live?.heading.run === message.run) {
    live = { ...live, run: backlog.add(live.run, message.events) };
  } else if (message.type === 'asked' && live?.heading.run === message.run) {
    live = { ...live, isPauseAsked: message.pause };
  } else return;
  drawSoon();
}

host.listen(receive);
// The elapsed time moves on also when no batch arrives, and "3 minutes ago" when nothing runs.
setInterval(drawSoon, 1000);

import type { RunEvent } from '../src/shared/runEvents';
import { applyEvent, emptyRun, type RunState } from '../src/shared/runState';
import type { RunHeading, ToWebview } from '../src/shared/webviewProtocol';
import { h } from './dom';
import { Host } from './host';
import { Announcer } from './model/announcer';
import { announcement } from './model/status';
import { pageView } from './model/view';
import { page } from './page';
import './styles.css';
import { registerControls } from './ui/toolkit';

registerControls();
const host = new Host();
let choices = host.choices();
let open: { heading: RunHeading; trusted: boolean; run: RunState } | undefined;

const shown = page({
  act: (action) => host.act(action),
  choose: (changed) => {
    choices = { ...choices, ...changed };
    host.save(choices, open?.heading);
    draw();
  },
});
const live = h('p', { class: 'sr-only', role: 'status' });
const announcer = new Announcer((sentence) => (live.textContent = sentence), {
  now: () => Date.now(),
  after: (milliseconds, call) => setTimeout(call, milliseconds),
});

function draw(): void {
  if (!open) return;
  // Only now, with a run to show; and before the update, since the chart takes its size from its place on the page.
  if (!shown.element.isConnected) document.getElementById('app')?.replaceChildren(shown.element, live);
  shown.update(pageView(open, choices, Date.now()));
  announcer.announce(announcement(open.run));
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

const replay = (run: RunState, events: readonly RunEvent[]): RunState => events.reduce(applyEvent, run);

function receive(message: ToWebview): void {
  if (message.type === 'open') {
    const { heading, trusted, events } = message;
    open = { heading, trusted, run: replay(emptyRun, events) };
    host.save(choices, heading);
  } else if (open?.heading.run === message.run) {
    open = { ...open, run: replay(open.run, message.events) };
  }
  drawSoon();
}

host.listen(receive);
// The elapsed time moves on also when no batch arrives.
setInterval(() => {
  if (open?.run.status === 'running') drawSoon();
}, 1000);

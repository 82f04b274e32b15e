import type { ToWebview } from '../../src/shared/webviewProtocol';
import { h } from '../dom';
import type { Host } from '../host';
import { Announcer } from '../model/announcer';
import { decodeCompareChoices } from '../model/compare/choices';
import { compareError } from '../parts/compare/error';
import { compareGrid } from '../parts/compare/grid';
import { heading } from '../parts/compare/heading';
import type { CompareView } from '../parts/compare/part';
import { totals } from '../parts/compare/totals';

/** The page of two plans side by side. It is told everything anew whenever one of them changes. */
export function comparePage(host: Host, app: HTMLElement): void {
  let choices = decodeCompareChoices(host.saved());
  let told: Pick<CompareView, 'page' | 'palette'> | undefined;

  const save = (): void => {
    const [left, right] = told?.page.keys ?? [];
    // A panel serializer gets this state and needs the sides to read them again.
    host.save({ ...choices, left, right });
  };
  const deeds = {
    do: (deed) => host.send({ type: 'comparing', deed }),
    copy: (text, what) => host.send({ type: 'copy', text, what }),
    savePicture: (name, png) => host.send({ type: 'picture', name, png }),
    choose: (changed) => {
      choices = { ...choices, ...changed };
      save();
      draw();
    },
  } satisfies Parameters<typeof heading>[0];
  const parts = [heading(deeds), compareError(deeds)];
  const columns = [compareGrid(deeds), totals(deeds)];
  const live = h('p', { class: 'sr-only', role: 'status' });
  const main = h(
    'main',
    { class: 'compare' },
    ...parts.map(({ element }) => element),
    h('div', { class: 'compare-columns' }, ...columns.map(({ element }) => element)),
    live,
  );
  const announcer = new Announcer((sentence) => (live.textContent = sentence));

  const draw = (): void => {
    if (!told) return;
    if (!main.isConnected) app.replaceChildren(main);
    const view = { ...told, choices };
    [...parts, ...columns].forEach((part) => part.update(view));
    const { comparison, error, titles } = told.page;
    announcer.announce(`${titles.join(' and ')}. ${comparison?.sentence ?? error?.message ?? ''}`);
  };
  host.listen((message: ToWebview) => {
    if (message.type !== 'comparison') return;
    told = { page: message.page, palette: message.palette };
    save();
    draw();
  });
}

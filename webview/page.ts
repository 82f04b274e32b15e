import type { PageTab } from '../src/shared/webviewProtocol';
import { h } from './dom';
import { shownTab, tabTitles } from './model/tabs';
import type { PageView } from './model/view';
import { actions } from './parts/actions';
import { costs } from './parts/costs';
import { emptyNotice } from './parts/empty';
import { facts } from './parts/facts';
import { header } from './parts/header';
import { map } from './parts/map/map';
import { errorNotice, restrictedNotice, setbacksNotice } from './parts/notices';
import type { Deeds, Part } from './parts/part';
import { progress } from './parts/progress';
import { searchTab } from './parts/ranks/searchTab';
import { sharing } from './parts/sharing';
import { ranks } from './parts/training/ranks';
import { routers } from './parts/training/routers';
import { training } from './parts/training/training';
import { verdict } from './parts/verdict/verdict';
import { tabs } from './ui/tabs';

/**
 * The whole page, from its parts. What is true of the run as a whole stands above the tabs. A part is updated only while its
 * tab is shown.
 */
export function page(deeds: Deeds): Part {
  const above = [
    header(deeds),
    restrictedNotice(),
    errorNotice(deeds),
    setbacksNotice(),
    emptyNotice(),
    actions(deeds),
    progress(),
  ];
  const behind: Readonly<Record<PageTab, readonly Part[]>> = {
    map: [map(deeds)],
    search: [searchTab(deeds)],
    training: [training(deeds), ranks(deeds), routers(deeds, 'expert')],
    verdict: [verdict(deeds)],
    sharing: [sharing(deeds), routers(deeds, 'B')],
    details: [facts(), costs()],
  };
  const control = tabs<PageTab>(
    (Object.keys(behind) as PageTab[]).map((id) => ({
      id,
      element: h('div', { class: 'tab' }, ...behind[id].map((part) => part.element)),
    })),
    (tab) => deeds.choose({ tab }),
  );
  const element = h('main', {}, ...above.map((part) => part.element), control.element);
  return {
    element,
    update: (view: PageView) => {
      above.forEach((part) => part.update(view));
      const tab = shownTab(view);
      control.set(tabTitles(view), tab);
      behind[tab].forEach((part) => part.update(view));
    },
  };
}

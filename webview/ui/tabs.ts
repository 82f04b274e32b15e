import {
  provideVSCodeDesignSystem,
  vsCodePanels,
  vsCodePanelTab,
  vsCodePanelView,
  type Panels,
} from '@vscode/webview-ui-toolkit';
import { h, keepChildren, setText } from '../dom';

/** One tab: its title may change, what is behind it stays the same element. */
export interface TabPage<Id extends string> {
  readonly id: Id;
  readonly element: HTMLElement;
}
export interface TabsControl<Id extends string> {
  readonly element: HTMLElement;
  /** Shows the tabs of these titles, in the order in which they were made, and the one that is chosen. */
  set(titles: Readonly<Partial<Record<Id, string>>>, chosen: Id): void;
}

/** Tabs over pages. Those without a title are taken out of the page, with what is behind them. */
export function tabs<Id extends string>(
  pages: readonly TabPage<Id>[],
  choose: (id: Id) => void,
): TabsControl<Id> {
  provideVSCodeDesignSystem().register(vsCodePanels(), vsCodePanelTab(), vsCodePanelView());
  const element = document.createElement('vscode-panels') as Panels;
  const made = pages.map(({ id, element: content }) => ({
    id,
    tab: h('vscode-panel-tab' as 'div', { id: `tab-${id}` }),
    view: h('vscode-panel-view' as 'div', { id: `view-${id}` }, content),
  }));
  // The toolkit's own line goes on to the chosen tab at the end of a transition, which a hidden page does not have.
  element.activeindicator = false;
  let wanted = '';
  let setting = false;
  element.addEventListener('change', (event) => {
    // Those of the controls on a tab's page rise to here.
    if (event.target !== element) return;
    const active = made.find(({ tab }) => tab.id === element.activeid);
    if (active && !setting) choose(active.id);
  });
  const select = (): void => {
    if (element.activeid !== wanted) element.activeid = wanted;
  };
  return {
    element,
    set: (titles, chosen) => {
      setting = true;
      const present = made.filter(({ id }) => titles[id] !== undefined);
      for (const { id, tab } of present) setText(tab, titles[id] ?? '');
      wanted = `tab-${chosen}`;
      // Their order is how the control pairs them.
      const children = [...present.map(({ tab }) => tab), ...present.map(({ view }) => view)];
      // It learns of its tabs when the page has been changed, and does not choose one that it has not heard of.
      if (keepChildren(element, children)) queueMicrotask(select);
      select();
      setting = false;
    },
  };
}

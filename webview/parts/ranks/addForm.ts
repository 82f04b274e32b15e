import { h, rebuild, setText, show, uniqueId } from '../../dom';
import { dimensionTitle, dimensionValue } from '../../../src/shared/searchWords';
import { addView, firstOffer } from '../../model/ranks/addTrial';
import type { PageView } from '../../model/view';
import { button, dropdown, type DropdownControl } from '../../ui/toolkit';
import type { Deeds, Part } from '../part';

export interface AddForm extends Part {
  open(): void;
  /** Takes a point over, where the form is open. */
  offer(point: Readonly<Record<string, number>>): void;
}

/** A small form that asks for a trial: a dropdown for each dimension, and whether the point keeps the budget. */
export function addForm(deeds: Deeds, closed: () => void): AddForm {
  let latest: PageView | undefined;
  let wanted: Readonly<Record<string, number>> | undefined;
  let controls: ReadonlyMap<string, DropdownControl> = new Map();
  const fields = h('div', { class: 'row' });
  const id = uniqueId('add-title');
  const words = h('p', { class: 'quiet', role: 'status' });
  const close = (): void => {
    wanted = undefined;
    draw();
    closed();
  };
  const add = button('Add', () => {
    if (wanted !== undefined) deeds.steer({ type: 'add', point: wanted });
    close();
  });
  add.setPrimary(true);
  const element = h(
    'div',
    { class: 'add-form', role: 'group', 'aria-labelledby': id },
    h('h3', { id }, 'Add a trial'),
    fields,
    words,
    h('div', { class: 'row' }, add.element, button('Cancel', close).element),
  );
  element.addEventListener('keydown', (event) => {
    // The list of a dropdown closes first.
    if (event.key === 'Escape' && !event.defaultPrevented) close();
  });

  const draw = (): void => {
    const outlook = latest?.outlook;
    show(element, wanted !== undefined && outlook !== undefined);
    if (wanted === undefined || outlook === undefined) return;
    const point = wanted;
    const names = outlook.dimensions.map(({ name }) => name);
    rebuild(fields, names, () => {
      controls = new Map(
        names.map((name) => [
          name,
          dropdown(dimensionTitle(name), (value) => take({ ...wanted, [name]: Number(value) })),
        ]),
      );
      return [...controls.values()].map((control) => control.element);
    });
    for (const { name, candidates } of outlook.dimensions) {
      const options = candidates.map((one) => ({ value: String(one), label: dimensionValue(name, one) }));
      controls.get(name)?.set(options, String(point[name]));
    }
    const view = addView(outlook, point);
    setText(words, view.words);
    add.setReason(view.canAdd ? undefined : view.words);
  };
  const take = (point: Readonly<Record<string, number>>): void => {
    wanted = point;
    draw();
  };
  return {
    element,
    open: () => {
      // What was chosen in a form that is open stays.
      const offer = wanted ?? (latest?.outlook && firstOffer(latest.outlook));
      if (offer === undefined) return;
      take(offer);
      element.querySelector<HTMLElement>('vscode-dropdown')?.focus();
    },
    offer: (point) => wanted !== undefined && take(point),
    update: (view) => {
      // The points of another run's search are others.
      if (latest?.heading.run !== view.heading.run) wanted = undefined;
      latest = view;
      draw();
    },
  };
}

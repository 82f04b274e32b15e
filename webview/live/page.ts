import { h } from '../dom';
import type { LiveView } from '../model/live';
import { buttons } from './buttons';
import { error } from './error';
import { facts } from './facts';
import type { LiveDeeds, LivePart } from './part';
import { scores } from './scores';
import { start } from './start';
import { status } from './status';
import { training } from './training';
import { trials } from './trials';
import { verdict } from './verdict';

/** The whole page of the side bar, from its parts. What changes least in height stands first, so that nothing jumps. */
export function livePage(deeds: LiveDeeds): LivePart {
  const parts = [
    status(),
    error(),
    buttons(deeds),
    trials(),
    verdict(),
    training(),
    scores(),
    facts(),
    start(deeds),
  ];
  const element = h('main', {}, ...parts.map((part) => part.element));
  return { element, update: (view: LiveView) => parts.forEach((part) => part.update(view)) };
}

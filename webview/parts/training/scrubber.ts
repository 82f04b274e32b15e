import { h, setText, show } from '../../dom';
import { Player } from '../../model/training/player';
import { timelineOf, type Timeline } from '../../model/training/timeline';
import { button } from '../../ui/toolkit';
import { slider } from '../../ui/slider';

export interface Scrubber {
  readonly element: HTMLElement;
  /**
   * @param of names what the steps are of
   * @returns where it stands
   */
  update(steps: readonly number[], chosen: number | undefined, of: string): Timeline;
}

/**
 * A slider over the steps that there is something of, with buttons to step and to let it play.
 * @param go told the step, or undefined for the newest, which it follows then
 */
export function scrubber(go: (step: number | undefined) => void): Scrubber {
  const player = new Player({
    every: (call) => {
      const timer = setInterval(call, playMs);
      return () => clearInterval(timer);
    },
    // Neither behind another tab, nor in a part that is hidden, nor taken from the page.
    isSeen: () => element.checkVisibility(),
    go,
    told: (isPlaying) => play.setLabel(isPlaying ? 'Pause' : 'Play'),
  });
  const control = slider('Step', (value) => {
    player.stop();
    player.to(value);
  });
  const back = button('Back', () => player.move(-1));
  const forth = button('Forward', () => player.move(1));
  const play = button('Play', () => player.toggle());
  const buttons = h('span', { class: 'row' }, back.element, forth.element, play.element);
  const lone = h('p', { class: 'quiet' });
  const element = h('div', { class: 'row tools scrubber' }, control.element, buttons, lone);
  return {
    element,
    update: (steps, chosen, of) => {
      const line = timelineOf(steps, chosen);
      player.show(line, of);
      const isAlone = steps.length < 2;
      show(control.element, !isAlone);
      show(buttons, !isAlone);
      setText(lone, isAlone ? `So far there is only ${line.text.replace(', the newest', '')}.` : '');
      control.set(line.at, Math.max(0, steps.length - 1), line.text);
      back.setReason(line.at === 0 ? 'This is the first one.' : undefined);
      forth.setReason(line.at === steps.length - 1 ? 'This is the newest one.' : undefined);
      return line;
    },
  };
}

/** Slow enough to see what moved. */
const playMs = 700;

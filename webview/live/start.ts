import { h, setText, show } from '../dom';
import { restricted } from '../model/actions';
import { fileName } from '../model/paths';
import { plainButton } from '../ui/plainButton';
import type { LiveDeeds, LivePart } from './part';

/** What stands here while nothing runs: the way to start something. */
export function start({ act }: LiveDeeds): LivePart {
  const words = h('p');
  const run = plainButton('Run Experiment', () => act('run'));
  const again = plainButton('Run Experiment', () => act('run'), 'link');
  const score = plainButton('Score Layers', () => act('score'), 'link');
  const make = plainButton('New Experiment', () => act('newExperiment'), 'link');
  run.setPrimary(true);
  const line = h('p', { class: 'links' }, again.element, score.element);
  const element = h(
    'section',
    { class: 'start', 'aria-label': 'Start a run' },
    words,
    run.element,
    make.element,
    line,
  );
  return {
    element,
    update: ({ phase, trusted, heading }) => {
      const name = fileName(heading.experiment);
      show(element, phase !== 'running');
      show(run.element, trusted && phase === 'no-run');
      show(make.element, trusted && phase === 'no-experiment');
      show(line, trusted && phase !== 'no-experiment');
      show(again.element, phase === 'ended');
      setText(again.element, `Run ${name}`);
      setText(words, wordsOf(phase, trusted, name));
    },
  };
}

function wordsOf(phase: string, trusted: boolean, name: string): string {
  if (!trusted) return restricted;
  if (phase === 'no-experiment') return 'There is no experiment in this workspace yet.';
  return phase === 'no-run' ? `Nothing has run yet. ${name} is ready to.` : 'Nothing is running.';
}

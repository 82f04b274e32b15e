import { h, show } from '../dom';
import { section, type Part } from './part';

/** What stands here before the first run. The buttons to begin follow right below, in the actions. */
export function emptyNotice(): Part {
  const element = section(
    'No run yet',
    'empty',
    h('p', {}, 'Run the experiment, or score its layers first. This page will then show:'),
    h(
      'ul',
      {},
      h('li', {}, 'how much the task depends on each layer and each module, while it is measured;'),
      h('li', {}, 'which layers the plan keeps, with how many experts and what rank;'),
      h('li', {}, 'the device, the progress, and the estimate against what the run really took.'),
    ),
  );
  return {
    element,
    update: ({ run, heading, draft }) =>
      show(element, run.status === 'empty' && heading.kind === 'run' && draft === undefined),
  };
}

import { h, rebuild, show } from '../dom';
import { stabilityText } from '../model/stability';
import { section, type Part } from './part';

const marks = { noise: '⚠', fair: '○', steady: '✓' };

/** For each task how far its order of layers can be trusted. */
export function stability(): Part {
  const list = h('ul', { class: 'stability' });
  const element = section('Stability of the order', 'stability-section', list);
  return {
    element,
    update: ({ run }) => {
      const texts = run.tasks.map(stabilityText).filter((text) => text !== undefined);
      show(element, texts.length > 0);
      rebuild(list, texts, () =>
        texts.map((text) =>
          h(
            'li',
            { class: text.verdict },
            h('span', { class: 'mark', 'aria-hidden': 'true' }, marks[text.verdict]),
            h(
              'div',
              {},
              h('strong', {}, text.task),
              `: Kendall τ between halves ${text.tau}, top-K agreement ${text.topK}.`,
              h('br'),
              text.sentence,
              ...(text.certainty === '' ? [] : [h('br'), text.certainty]),
            ),
          ),
        ),
      );
    },
  };
}

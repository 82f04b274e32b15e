import { formatCount, formatSpeed } from '../../src/shared/format';
import { h, rebuild, setAttribute, setText, show } from '../dom';
import { fileName } from '../model/paths';
import { badges } from '../model/status';
import { badge, button } from '../ui/toolkit';
import type { Deeds, Part } from './part';

/** The experiment's name, the run's status, the model, and the device with those it was preferred to. */
export function header(deeds: Deeds): Part {
  const title = h('h1');
  const status = h('span', { class: 'badges' });
  const open = button('Open Experiment', () => deeds.act('openExperiment'));
  const report = button('Open Report', () => deeds.act('openReport'));
  const page = button('Open Report as Page', () => deeds.act('openHtmlReport'));
  const text = button('Open as Text', () => deeds.act('openText'));
  const model = h('p', { class: 'quiet' });
  const device = h('p', { class: 'quiet' });
  const refusedTitle = h('summary');
  const refusedList = h('ul');
  const refused = h('details', {}, refusedTitle, refusedList);
  const element = h(
    'header',
    {},
    h(
      'div',
      { class: 'title-line' },
      title,
      status,
      h('span', { class: 'opens' }, open.element, report.element, page.element, text.element),
    ),
    model,
    device,
    refused,
  );
  return {
    element,
    update: (view) => {
      const { run } = view;
      const { kind, experiment } = view.heading;
      // The page of a file is called after the file; it may belong to an experiment.
      const path = kind === 'run' ? experiment || run.experiment : run.experiment;
      setText(title, fileName(path) || 'Adapter Lab');
      setAttribute(title, 'title', path || undefined);
      rebuild(status, badges(view), () => badges(view).map((word) => badge(word)));
      show(open.element, kind === 'run' || experiment !== '');
      for (const one of [report, page]) show(one.element, kind === 'run' && run.status === 'done');
      show(text.element, kind !== 'run');
      show(model, run.model !== undefined);
      if (run.model) {
        const { name, architecture, layers, parameters } = run.model;
        setText(
          model,
          `${fileName(name)} · ${architecture} · ${layers} layers · ${formatCount(parameters)} parameters`,
        );
      }
      show(device, run.device !== undefined);
      show(refused, (run.device?.refused.length ?? 0) > 0);
      if (run.device) {
        const { name, description, gflops, refused: others } = run.device;
        const speed = gflops > 0 ? ` · ${formatSpeed(gflops)}` : '';
        setText(device, `Device: ${name} · ${description}${speed}`);
        setText(refusedTitle, others.length === 1 ? '1 device refused' : `${others.length} devices refused`);
        rebuild(refusedList, others, () =>
          others.map((other) => h('li', {}, h('code', {}, other.device), ` ${other.reason}`)),
        );
      }
    },
  };
}

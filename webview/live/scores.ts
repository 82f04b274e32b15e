import { h, setText, show } from '../dom';
import { axisTop } from '../model/axis';
import type { LayerRow } from '../model/layers';
import type { LiveView } from '../model/live';
import { formatValue } from '../model/scores';
import { barStrip } from '../ui/barStrip';
import { liveSection, type LivePart } from './part';

/** The layers' scores as small bars, as they come in. */
export function scores(): LivePart {
  const strip = barStrip();
  const first = h('span');
  const most = h('span');
  const last = h('span');
  const { element, beside } = liveSection(
    'Scores by layer',
    strip.element,
    h('div', { class: 'axis quiet number' }, first, most, last),
  );
  let top: number | undefined;
  let showing = '';
  return {
    element,
    update: (view) => {
      const { layers, scores: of, heading } = view;
      const measured = of.values.length > 0;
      show(element, measured);
      if (!measured) return;
      const subject = JSON.stringify([heading.run, of.task]);
      if (subject !== showing) top = undefined;
      showing = subject;
      const highest = layers.reduce<LayerRow | undefined>(
        (best, row) => (best === undefined || row.value > best.value ? row : best),
        undefined,
      );
      top = axisTop(top, highest?.value ?? 0);
      strip.draw(
        layers.map((row) => ({ ...row, hint: hintOf(row, view) })),
        top,
        summary(view),
      );
      setText(beside, besideTitle(view));
      setText(first, '0');
      setText(last, String(layers.length - 1));
      setText(
        most,
        highest === undefined
          ? ''
          : `highest: layer ${highest.layer}, ${formatValue(of.unit, highest.value)}`,
      );
    },
  };
}

function hintOf({ layer, value, share, kept, experts }: LayerRow, { scores: { unit } }: LiveView): string {
  const score = unit === 'share' ? '' : `${formatValue(unit, value)}, `;
  const plan = kept === undefined ? '' : kept ? `; kept, ${experts} experts` : '; not kept';
  return `Layer ${layer}: ${score}${formatValue('share', share)} of the total${plan}`;
}

/** What the bars are: of which task, or of how many; and how many the plan keeps. */
function besideTitle({ scores: { task }, run, layers }: LiveView): string {
  const kept = layers.filter((row) => row.kept).length;
  if (run.plan !== undefined) return `${kept} of ${layers.length} kept`;
  return task ?? `${run.tasks.length} tasks`;
}

function summary({ layers, scores: { unit }, run }: LiveView): string {
  const highest = [...layers].sort((a, b) => b.value - a.value).slice(0, 3);
  const named = highest.map(({ layer, value }) => `layer ${layer}, ${formatValue(unit, value)}`).join('; ');
  const kept = layers.filter((row) => row.kept).length;
  const plan = run.plan === undefined ? '' : ` The plan keeps ${kept}.`;
  return `Scores of ${layers.length} layers. Highest: ${named}.${plan}`;
}

import { counted, formatCount } from '../../../shared/format';
import type { FactHint, FactsInput } from '../facts';
import type { Field } from '../fields';
import type { ResolvedAdapter } from '../resolve';
import { layerMapOf } from '../replicate';
import type { ConfigEntry } from '../tree';
import { linesOf, type Lines } from './anchors';
import { rowHints } from './rowHints';
import { adaLoraWords, lilyWords } from './methodWords';
import { isTargetsUnknown, nameHints, targetWords } from './targetHints';
import { fitting, rangeWords, scaleWords, sizeWords, type Words } from './words';

export function hintsOf(input: FactsInput, resolved: ResolvedAdapter | undefined): FactHint[] {
  const { text, config } = input;
  const lines = linesOf(text);
  const hints: FactHint[] = [];
  const words = fieldWords(input, resolved);
  for (const [field, entry] of Object.entries(config.said) as [Field, (typeof config.said)[Field]][]) {
    const said = words[field]?.();
    if (!said || !entry) continue;
    hints.push({ ...said, field, offset: placeOf(entry, lines) });
  }
  if (resolved) hints.push(...nameHints(config, resolved, lines), ...rowHints(input, resolved, lines));
  return hints.sort((a, b) => a.offset - b.offset);
}

/** Behind a value that ends on the key's line; of a list or map on further lines, behind what opens it. */
function placeOf(
  { keyRange, value }: NonNullable<FactsInput['config']['said'][Field]>,
  lines: Lines,
): number {
  if (!value) return lines.hang(keyRange.end);
  return lines.isOneLine(keyRange.end, value.range.end)
    ? lines.hang(value.range.end)
    : lines.lineEnd(keyRange.end);
}

type FieldWords = Partial<Record<Field, () => Words | undefined>>;

function fieldWords({ config, base }: FactsInput, resolved: ResolvedAdapter | undefined): FieldWords {
  const { settings, kind, said } = config;
  const onScale = (): Words | undefined =>
    kind === 'lily' ? undefined : { text: scaleHint(config, resolved), tooltip: scaleTooltip };
  const method: FieldWords =
    kind === 'adalora' ? adaLoraWords(settings) : kind === 'lily' && resolved ? lilyWords(resolved) : {};
  if (!base || !resolved) return { alpha: onScale, ...method };
  const targets = (): Words | undefined => targetWords(config, resolved);
  return {
    baseModel: () => ({
      text: fitting([
        ...(base.architecture ? [base.architecture.replace(/For[A-Z]\w*$/, '')] : []),
        counted(base.layers, 'layer'),
        `${formatCount(base.parameters)} parameters`,
      ]),
      tooltip: `${base.folder}, read from the headers of its weights`,
    }),
    rank: () =>
      isTargetsUnknown(config) || resolved.parameters === 0
        ? undefined
        : { text: `= ${sizeWords(resolved.parameters, base.parameters)}`, tooltip: sizeTooltip(resolved) },
    alpha: onScale,
    targets,
    ...(said.targets ? {} : { targetLinear: targets }),
    targetParameters: () =>
      isNothing(said.targetParameters)
        ? undefined
        : { text: `→ ${counted(resolved.experts.length, 'expert tensor')}` },
    modulesToSave: () =>
      resolved.savedParameters > 0
        ? {
            text: `+ ${formatCount(resolved.savedParameters)} trainable`,
            tooltip: 'Trained and saved whole; not in the count behind the rank.',
          }
        : undefined,
    layers: () => (isNothing(said.layers) ? undefined : layerHint(resolved, base.layers)),
    layerReplication: () => {
      const map = layerMapOf(said.layerReplication?.value);
      return (
        map && {
          text: `→ ${counted(
            map.reduce((sum, [from, to]) => sum + Math.max(0, to - from), 0),
            'layer',
          )}`,
        }
      );
    },
    ...method,
  };
}

/** PEFT saves null for what was not chosen. */
const isNothing = (entry: ConfigEntry | undefined): boolean =>
  entry?.value?.kind === 'scalar' && entry.value.value === null;

const scaleTooltip = 'What the adapter’s update is multiplied with';

function scaleHint({ settings }: FactsInput['config'], resolved: ResolvedAdapter | undefined): string {
  const given = resolved ? [...resolved.modules, ...resolved.experts] : [];
  const { alpha, rank, rankStabilized } = settings;
  const usual = alpha / (rankStabilized ? Math.sqrt(rank) : rank);
  const scales = given.length > 0 ? given.map(({ scale }) => scale) : [usual];
  return `${rankStabilized ? 'α/√r' : 'α/r'} ${rangeWords(scales, scaleWords)}`;
}

function layerHint({ modules }: ResolvedAdapter, layers: number): Words {
  const adapted = new Set(modules.flatMap(({ layer }) => layer ?? []));
  return { text: `→ ${adapted.size} of ${counted(layers, 'layer')}` };
}

function sizeTooltip({ modules, experts, savedParameters, notCounted }: ResolvedAdapter): string {
  return [
    `Trainable parameters of the adapters on ${counted(modules.length + experts.length, 'module')}, their share of the model, and the size of the file in float32.`,
    ...(savedParameters > 0 ? [`Modules saved whole have ${formatCount(savedParameters)} more.`] : []),
    ...notCounted,
  ].join(' ');
}

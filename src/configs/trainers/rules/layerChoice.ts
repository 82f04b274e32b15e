import { isTargeted, type Targets } from '../../../peft/patterns';
import { losesLayersPattern } from './droppedKeys';
import { removeFix, setFix } from './fixes';
import { pathsOf } from './patterns';
import type { Finding, Fix, Rule, RuleInput } from './rule';
import { counted, listed } from './say';
import { textOf, type ConfigEntry } from '../tree';

/**
 * D6: `layers_to_transform` filters names in a list, by the number that PEFT finds in a path. It cannot go with an expression
 * (`LoraConfig.__post_init__`), passes whole paths over, and `layers_pattern` means nothing without it.
 */
export const layerChoice: Rule = {
  id: 'D6',
  severity: 'warning',
  title: 'The choice of layers does not hold',
  documentation: 'https://huggingface.co/docs/peft/package_reference/lora',
  check(input) {
    const { said, settings } = input.config;
    const { layers_to_transform: layers, layers_pattern: pattern } = settings.targets;
    const isChosen = layers !== undefined && layers !== null;
    const hasPattern = pattern !== undefined && pattern !== null && pattern.length > 0;
    if (losesLayersPattern(input)) return [];
    if (hasPattern && !isChosen && isNothing(said.layers) && said.layersPattern)
      return [patternAlone(input, said.layersPattern)];
    if (!isChosen || !said.layers) return [];
    if (textOf(said.targets?.value) !== undefined && typeof settings.targets.target_modules === 'string')
      return [withExpression(input, said.layers)];
    const numbers = typeof layers === 'number' ? [layers] : layers;
    if (numbers.length === 0)
      return said.layers.value?.kind === 'list' && said.layers.value.items.length === 0
        ? [emptyList(input, said.layers)]
        : [];
    return onModel(input, said.layers, numbers);
  },
};

/** A variable's value is not known, and counts as said. */
const isNothing = (entry: ConfigEntry | undefined): boolean =>
  entry?.value === undefined || (entry.value.kind === 'scalar' && entry.value.value === null);

function patternAlone(input: RuleInput, entry: ConfigEntry): Finding {
  return {
    message: `${entry.key} stands there without ${input.config.keys.layers ?? 'layers_to_transform'}: PEFT refuses the configuration.`,
    range: entry.keyRange,
    severity: 'error',
    fixes: removeFix(input, 'layersPattern', true),
  };
}

function withExpression(input: RuleInput, entry: ConfigEntry): Finding {
  const { config } = input;
  return {
    message: `${entry.key} cannot go with ${config.said.targets?.key ?? 'target_modules'} as one expression: PEFT refuses the configuration. Only a list of names is filtered by layers.`,
    range: entry.keyRange,
    severity: 'error',
    fixes: [...asList(input), ...removeFix(input, 'layers')],
  };
}

/** The expression as the names that it is made of, where a list of them matches the very same modules. */
function asList(input: RuleInput): Fix[] {
  const { config, base } = input;
  const entry = config.said.targets;
  const { targets } = config.settings;
  if (!base || !entry) return [];
  const paths = pathsOf(base.matrices);
  const alone: Targets = { target_modules: targets.target_modules };
  const chosen = paths.filter((path) => isTargeted(path, alone));
  const names = [...new Set(chosen.map((path) => path.slice(path.lastIndexOf('.') + 1)))];
  const listedToo = paths.filter((path) => isTargeted(path, { target_modules: names }));
  if (names.length === 0 || listedToo.length !== chosen.length) return [];
  return setFix(input, 'targets', names, `Write ${entry.key} as a list of ${counted(names.length, 'name')}`);
}

function emptyList(input: RuleInput, entry: ConfigEntry): Finding {
  const all = input.resolved
    ? `all ${counted(input.resolved.modules.length, 'module')} of all layers get`
    : 'every layer gets';
  return {
    message: `${entry.key} is empty, which PEFT takes as no choice: ${all} an adapter.`,
    range: entry.keyRange,
    fixes: removeFix(input, 'layers'),
  };
}

function onModel(input: RuleInput, entry: ConfigEntry, numbers: readonly number[]): Finding[] {
  const { base, config } = input;
  if (!base) return [];
  const paths = pathsOf(base.matrices);
  const { targets } = config.settings;
  const chosen = (layers: readonly number[] | null): string[] =>
    paths.filter((path) =>
      isTargeted(path, {
        ...targets,
        layers_to_transform: layers,
        layers_pattern: layers ? targets.layers_pattern : null,
      }),
    );
  const all = chosen(null);
  // Wrong names are another rule's.
  if (all.length === 0) return [];
  const whole = all.filter(
    (path) => Array.isArray(targets.target_modules) && targets.target_modules.includes(path),
  );
  const perLayer = new Map(
    numbers.map((layer) => [layer, chosen([layer]).filter((path) => !whole.includes(path)).length]),
  );
  const empty = [...perLayer].filter(([, size]) => size === 0).map(([layer]) => layer);
  const range = entry.value?.range ?? entry.keyRange;
  if (whole.length === all.length) return [passedOver(input, entry, whole, numbers)];
  if (empty.length === numbers.length) {
    const why = numbers.some((layer) => layer >= 0 && layer < base.layers)
      ? `PEFT reads no layer's number in paths such as ${all[0] ?? ''}${targets.layers_pattern ? ' with this layers_pattern' : ''}`
      : `the model has ${counted(base.layers, 'layer')}, 0 to ${base.layers - 1}`;
    return [
      {
        message: `${entry.key} leaves none of the ${counted(all.length, 'module')} that the targets name: ${why}.`,
        range,
        severity: 'error',
        fixes: [],
      },
    ];
  }
  const found: Finding[] = [];
  if (empty.length > 0) {
    found.push({
      message: `${entry.key} names ${empty.length === 1 ? 'layer' : 'layers'} ${listed(empty.map(String))}, which no target lies in: the model has ${counted(base.layers, 'layer')}, 0 to ${base.layers - 1}, and ${numbers.length - empty.length} of the ${numbers.length} are adapted.`,
      range,
      fixes: kept(
        input,
        entry,
        numbers.filter((layer) => !empty.includes(layer)),
      ),
    });
  }
  if (whole.length > 0) found.push(passedOver(input, entry, whole, numbers));
  return found;
}

const kept = (input: RuleInput, entry: ConfigEntry, layers: readonly number[]): Fix[] =>
  entry.value?.kind === 'list'
    ? setFix(input, 'layers', layers, `Set ${entry.key} to [${layers.join(', ')}]`)
    : [];

/** PEFT takes a whole path as it is, whatever the layers. */
function passedOver(
  input: RuleInput,
  entry: ConfigEntry,
  whole: readonly string[],
  numbers: readonly number[],
): Finding {
  const out = whole.filter((path) => !numbers.some((layer) => path.includes(`.${layer}.`)));
  return {
    message: `${entry.key} does not filter targets that are whole paths: ${counted(whole.length, 'module')} ${whole.length === 1 ? 'is' : 'are'} adapted whatever it says, ${out.length} of them outside these layers.`,
    range: entry.keyRange,
    ...(out.length === 0 ? { severity: 'information' } : {}),
    fixes: whole.length === input.resolved?.modules.length ? removeFix(input, 'layers') : [],
  };
}

import type { TrainerConfig } from '../description';
import type { Field } from '../fields';
import { formatOf } from '../formats/formats';
import type { ConfigEntry } from '../tree';
import { keyFix, pathOf, removeFix } from './fixes';
import { mapOf } from './patterns';
import type { Finding, Fix, Rule, RuleInput } from './rule';
import { counted } from './say';

/** What trainers call a field; one that takes its setting under another name may take no notice of these. */
const spellings: Readonly<Partial<Record<Field, readonly string[]>>> = {
  rank: ['r', 'lora_r', 'lora_rank'],
  alpha: ['lora_alpha'],
  dropout: ['lora_dropout'],
  rankStabilized: ['use_rslora', 'peft_use_rslora'],
  dora: ['use_dora', 'peft_use_dora'],
  initWeights: ['init_lora_weights', 'peft_init_lora_weights'],
  targets: ['target_modules', 'lora_target_modules', 'lora_target'],
  excluded: ['exclude_modules', 'lora_exclude_modules'],
  targetParameters: ['target_parameters', 'lora_target_parameters'],
  layers: ['layers_to_transform', 'peft_layers_to_transform', 'lora_layers_to_transform'],
  layersPattern: ['layers_pattern', 'peft_layers_pattern', 'lora_layers_pattern'],
  rankPattern: ['rank_pattern', 'lora_rank_pattern', 'peft_rank_pattern'],
  alphaPattern: ['alpha_pattern', 'lora_alpha_pattern', 'peft_alpha_pattern'],
};

/** Of these a trainer may have no key at all. The others every trainer has, under some name. */
const mayLack: readonly Field[] = [
  'rankPattern',
  'alphaPattern',
  'layers',
  'layersPattern',
  'excluded',
  'targetParameters',
];

/** D11: keys that the trainer does not read, though another trainer, or PEFT, does. */
export const droppedKeys: Rule = {
  id: 'D11',
  severity: 'warning',
  title: 'The trainer has no such key',
  documentation: 'https://huggingface.co/docs/peft/package_reference/lora',
  check(input) {
    const { config } = input;
    if (losesLayersPattern(input)) return layersPatternLost(input);
    const format = formatOf(config);
    // Python itself refuses a keyword that a call does not take; AdaLoRA's files have all of LoRA's keys.
    if (!format || config.syntax === 'python' || config.kind === 'adalora') return [];
    const map = mapOf(config, config.keys.rank ?? '');
    const known = new Set(Object.values(config.keys).map((path) => path.split('.').at(-1)));
    return map.entries.flatMap((entry): Finding[] => {
      const field = fieldOf(entry.key);
      if (field === undefined || known.has(entry.key) || isEmpty(entry)) return [];
      const key = config.keys[field];
      if (key === undefined && !mayLack.includes(field)) return [];
      const name = config.kind === 'lily' ? `${format.name}’s Lily` : format.name;
      const why = key === undefined ? ' and has no key like it' : `, which it calls ${key}`;
      return [
        {
          message: `${name} does not read ${entry.key}${why}: ${lost(input, field, entry)}.`,
          range: entry.keyRange,
          documentation: format.documentation,
          fixes: [...renamed(input, entry, field, key), ...removed(input, entry)],
        },
      ];
    });
  },
};

/**
 * unsloth's `FastLanguageModel.get_peft_model` has the parameter and leaves it out of what it hands to PEFT; its other classes
 * hand it on (`models/llama.py`, `models/vision.py`).
 */
export const losesLayersPattern = ({ text, config: { said, place } }: RuleInput): boolean =>
  said.layersPattern !== undefined &&
  !isEmpty(said.layersPattern) &&
  text.slice(place.start, place.end).endsWith('FastLanguageModel.get_peft_model');

function layersPatternLost(input: RuleInput): Finding[] {
  const { keyRange, key } = input.config.said.layersPattern ?? { keyRange: input.config.place, key: '' };
  return [
    {
      message: `FastLanguageModel takes ${key} and does not hand it to PEFT, which looks for layers where it always does.`,
      range: keyRange,
      documentation: 'https://github.com/unslothai/unsloth/blob/main/unsloth/models/llama.py',
      fixes: removeFix(input, 'layersPattern', true),
    },
  ];
}

const fieldOf = (key: string): Field | undefined =>
  (Object.keys(spellings) as Field[]).find((field) => spellings[field]?.includes(key));

function isEmpty({ value }: ConfigEntry): boolean {
  if (value === undefined || value.kind === 'opaque') return value === undefined;
  if (value.kind === 'map') return value.entries.length === 0;
  return value.kind === 'list' ? value.items.length === 0 : value.value === null || value.value === false;
}

/** What is not done for it. */
function lost({ config, resolved }: RuleInput, field: Field, { value }: ConfigEntry): string {
  const { rank, alpha } = config.settings;
  const all = resolved ? `all ${counted(resolved.modules.length, 'module')}` : 'all modules';
  const size = value?.kind === 'map' ? value.entries.length : 1;
  const keys = `its ${counted(size, 'key')} ${size === 1 ? 'is' : 'are'} lost, and ${all} have`;
  switch (field) {
    case 'rankPattern':
      return `${keys} rank ${rank}${wayOut(config)}`;
    case 'alphaPattern':
      return `${keys} alpha ${alpha}${wayOut(config)}`;
    case 'layers':
    case 'layersPattern':
    case 'excluded':
      return `nothing is left out, and ${all} that the targets name get an adapter`;
    case 'targetParameters':
      return 'no parameter gets an adapter by it';
    case 'rank':
      return `the rank is ${rank}`;
    case 'alpha':
      return `alpha is ${alpha}`;
    case 'targets':
      return resolved
        ? `the targets are what they were, ${counted(resolved.modules.length, 'module')}`
        : 'the targets are the trainer’s own';
    default:
      return 'the trainer’s default holds';
  }
}

/** An adapter to begin with carries what the trainer has no key for. */
const wayOut = ({ keys }: TrainerConfig): string =>
  keys.seedAdapter === undefined || keys.rankPattern !== undefined
    ? ''
    : `; an adapter folder under ${keys.seedAdapter} can carry it`;

function renamed(
  { text, config }: RuleInput,
  entry: ConfigEntry,
  field: Field,
  key: string | undefined,
): Fix[] {
  if (key === undefined || config.said[field] !== undefined) return [];
  const name = key.split('.').at(-1) ?? key;
  const written = text.slice(entry.keyRange.start, entry.keyRange.end);
  return [
    {
      title: `Rename to ${name}`,
      edits: [{ ...entry.keyRange, text: written.replace(entry.key, name) }],
      isPreferred: true,
    },
  ];
}

const removed = (input: RuleInput, { key }: ConfigEntry): Fix[] =>
  keyFix(input, `Remove ${key}`, [
    { path: [...pathOf(input.config, 'rank').slice(0, -1), key], value: undefined },
  ]);

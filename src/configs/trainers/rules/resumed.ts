import { formatOf } from '../formats/formats';
import type { ConfigEntry } from '../tree';
import { removeFix } from './fixes';
import { patternsOf, type PatternOf } from './patterns';
import type { Finding, Rule, RuleInput } from './rule';
import { counted, listed } from './say';

/**
 * D12: an adapter to begin with brings its own configuration, and a checkpoint its tensors' shapes. axolotl:
 * `lora_model_dir`, `resume_from_checkpoint` (its lora page); LLaMA-Factory: `adapter_name_or_path` without
 * `create_new_adapter`.
 */
export const resumedPatterns: Rule = {
  id: 'D12',
  severity: 'warning',
  title: 'Patterns beside an adapter that is there already',
  documentation: 'https://docs.axolotl.ai/docs/lora_optims.html',
  check(input) {
    const { config } = input;
    const { seedAdapter, createNewAdapter, resumeFrom } = config.said;
    const patterns = patternsOf(config).filter(({ rows }) => rows.length > 0);
    const documentation = formatOf(config)?.documentation;
    const page = documentation === undefined ? {} : { documentation };
    if (isSet(seedAdapter) && !isTrue(createNewAdapter))
      return seeded(input, seedAdapter, patterns).map((one) => ({ ...one, ...page }));
    const [first] = patterns;
    if (!isSet(resumeFrom) || !first) return [];
    const size = patterns.reduce((sum, { rows }) => sum + rows.length, 0);
    const keys = `${size === 1 ? 'the key' : `one of the ${size} keys`} of ${listed(patterns.map(({ entry }) => entry.key))}`;
    return [
      {
        message: `${resumeFrom.key} loads tensors in the shapes that they were saved with: if ${keys} changed since, loading fails where ranks differ, and other alphas scale what was trained otherwise.`,
        range: first.entry.keyRange,
        severity: 'information',
        fixes: [],
        ...page,
      },
    ];
  },
};

function seeded(input: RuleInput, seed: ConfigEntry, patterns: readonly PatternOf[]): Finding[] {
  const { said, settings } = input.config;
  if (patterns.length > 0) {
    return patterns.map(({ entry, field, rows, what }) => ({
      message: `${seed.key} brings the configuration that the adapter was saved with: ${counted(rows.length, 'key')} of ${entry.key} here ${rows.length === 1 ? 'holds' : 'hold'} for nothing, and ${what}s stay as they were saved.`,
      range: entry.keyRange,
      fixes: removeFix(input, field),
    }));
  }
  // axolotl's own files keep lora_r beside lora_model_dir, for merging; LLaMA-Factory's leave it out.
  if (input.config.format !== 'llama-factory' || !said.rank) return [];
  return [
    {
      message: `${seed.key} goes on with the adapter as it was saved: ${said.rank.key} ${settings.rank} here is not looked at unless ${input.config.keys.createNewAdapter ?? 'create_new_adapter'} is true.`,
      range: said.rank.keyRange,
      severity: 'information',
      fixes: removeFix(input, 'rank'),
    },
  ];
}

/** What a file says: a path, true, a list. `null`, `false` and nothing are no choice; a variable may be either. */
function isSet(entry: ConfigEntry | undefined): entry is ConfigEntry {
  const node = entry?.value;
  if (node?.kind === 'list') return node.items.length > 0;
  return node?.kind === 'scalar' && node.value !== null && node.value !== false && node.value !== '';
}

const isTrue = (entry: ConfigEntry | undefined): boolean =>
  entry?.value?.kind === 'scalar' && entry.value.value === true;

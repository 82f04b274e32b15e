import type { ConfigReader } from './configReader';
import type { RotaryForm } from './rotary';

/** Where a family keeps its settings of the rotary embedding. */
export interface RopeSource {
  /** Entries of a head that turn. */
  readonly dims: number;
  /** Base where config.json gives none. */
  readonly theta: number;
  /** Scaling as config.json describes it; newer files keep base and scaling together in `rope_parameters`. */
  readonly scaling?: ConfigReader | undefined;
  /** Positions that the model was made for. */
  readonly maxLength: number;
}

/** `rope_scaling`, or `rope_parameters` since transformers 5, which may hold one object for each kind of layer. */
export function ropeSettings(config: ConfigReader, kind?: string): ConfigReader | undefined {
  const parameters = config.object('rope_parameters');
  const mine = kind === undefined ? undefined : parameters?.object(kind);
  return mine ?? parameters ?? config.object('rope_scaling');
}

/** Entries of a head that turn: a share that stands beside the other settings, or since transformers 5 within `rope_parameters`. */
export function turnedDims(
  config: ConfigReader,
  headSize: number,
  usual: number,
  name = 'partial_rotary_factor',
): number {
  const settings = ropeSettings(config);
  const inside = settings?.value('partial_rotary_factor') === undefined ? undefined : settings;
  return Math.floor(headSize * (inside?.share('partial_rotary_factor') ?? config.share(name, usual)));
}

/** Each has a frequency of its own; heads have some hundred entries. */
const mostDims = 2 ** 16;

/**
 * The rotary embedding that a config.json describes.
 * @throws LabError model-config-invalid for a scaling that is not computed
 */
export function ropeOf(config: ConfigReader, { dims, theta, scaling, maxLength }: RopeSource): RotaryForm {
  if (dims < 2 || dims % 2 !== 0 || dims > mostDims)
    throw config.invalid(`${dims} entries of a head cannot be turned in pairs`);
  const base = scaling?.value('rope_theta') === undefined ? theta : scaling.positive('rope_theta');
  const plain = Array.from({ length: dims / 2 }, (_, i) => base ** ((-2 * i) / dims));
  const type = scaling?.value('rope_type', 'type') ?? 'default';
  if (scaling === undefined || type === 'default') return { dims, frequencies: () => plain };
  switch (type) {
    case 'linear': {
      const factor = scaling.positive('factor');
      const slower = plain.map((frequency) => frequency / factor);
      return { dims, frequencies: () => slower };
    }
    // Differs from the plain one beyond the model's own length alone, and samples are cut there.
    case 'dynamic':
      return { dims, frequencies: () => plain };
    case 'llama3': {
      const blended = plain.map((frequency) => llama3(frequency, scaling));
      return { dims, frequencies: () => blended };
    }
    case 'longrope':
    case 'su':
      return longrope(config, scaling, plain, dims, maxLength);
    default:
      throw config.invalid(`rope_scaling of type ${JSON.stringify(type)} is not computed`);
  }
}

/** Llama 3's scaling: low frequencies are divided by the factor, high ones left, those between blended linearly. */
function llama3(frequency: number, scaling: ConfigReader): number {
  const factor = scaling.positive('factor');
  const low = scaling.positive('low_freq_factor');
  const high = scaling.positive('high_freq_factor');
  const turns = (scaling.count('original_max_position_embeddings') * frequency) / (2 * Math.PI);
  if (turns < low) return frequency / factor;
  if (turns > high) return frequency;
  const blend = (turns - low) / (high - low);
  return (1 - blend) * (frequency / factor) + blend * frequency;
}

/** Phi-3's: each frequency has its own divisor, one for samples within the original length and one beyond it. */
function longrope(
  config: ConfigReader,
  scaling: ConfigReader,
  plain: readonly number[],
  dims: number,
  maxLength: number,
): RotaryForm {
  const own = config.value('original_max_position_embeddings') !== undefined;
  const original = (own ? config : scaling).count('original_max_position_embeddings', maxLength);
  const divided = (name: string): number[] => {
    const factors = scaling.numbers(name);
    if (factors.length !== plain.length)
      throw config.invalid(`${name} has ${factors.length} entries, not ${plain.length}`);
    return plain.map((frequency, i) => frequency / (factors[i] ?? 1));
  };
  const [short, long] = [divided('short_factor'), divided('long_factor')];
  // Where the length stands beside the other settings, transformers takes the ratio whatever `factor` says.
  const ratio = maxLength / original;
  const factor = own ? ratio : scaling.positive('factor', ratio);
  const usual = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  const magnitude = scaling.positive('attention_factor', usual);
  return { dims, magnitude, boundary: original, frequencies: (length) => (length > original ? long : short) };
}

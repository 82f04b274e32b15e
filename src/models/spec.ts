import type { Activation, HeadLayout, NormForm } from '../tensors/primitives/primitives';
import type { RotaryForm } from './rotary';

/**
 * What a transformer is, for every architecture alike: the files under families/ turn a config.json into this, and
 * transformer.ts computes it. Tensor names inside a block are given without the block's prefix.
 */
export interface ModelSpec {
  readonly width: number;
  readonly layers: number;
  /** Entries of the token embedding; 0 for images. */
  readonly vocabulary: number;
  /** Longest sample in positions. */
  readonly maxLength: number;
  /** Samples longer than this are computed otherwise, and not in one batch with shorter ones. */
  readonly lengthBoundary?: number | undefined;
  readonly embedding: TokenEmbedding | PatchEmbedding;
  block(layer: number): BlockSpec;
  readonly head: HeadSpec;
}

/** Names are complete tensor names. */
export interface TokenEmbedding {
  readonly kind: 'tokens';
  readonly table: string;
  /** Columns of the table, where they are not the model's width; `project` widens them. */
  readonly tableWidth: number;
  readonly scale?: number;
  /** [width, table width], applied before positions are added (OPT-350m). */
  readonly project?: string;
  /** Learned positions: token t reads row t + offset of `rows`. */
  readonly positions?: { readonly table: string; readonly offset: number; readonly rows: number };
  /** Segments (BERT): the table and its number of rows. */
  readonly segments?: { readonly table: string; readonly rows: number };
  readonly norm?: NormSpec;
}

export interface PatchEmbedding {
  readonly kind: 'patches';
  readonly imageSize: number;
  readonly patchSize: number;
  readonly channels: number;
  /** Convolution [width, channels, patch, patch] and its bias. */
  readonly projection: string;
  readonly classToken: string;
  /** [1, 1 + patches, width] */
  readonly positions: string;
}

export interface NormSpec {
  readonly name: string;
  readonly width: number;
  readonly form: NormForm;
  /** `none`: no weight either. */
  readonly parameters: 'weight' | 'weight-and-bias' | 'none';
}

export interface LinearSpec {
  readonly name: string;
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly orientation: 'out-in' | 'in-out';
}

export interface AttentionSpec {
  /** One fused projection or three. Biases are used where the file has them. */
  readonly projections: readonly [LinearSpec] | readonly [LinearSpec, LinearSpec, LinearSpec];
  readonly q: HeadLayout;
  readonly k: HeadLayout;
  readonly v: HeadLayout;
  readonly out: LinearSpec;
  /** Over each head's entries, before the rotation. */
  readonly queryNorm?: NormSpec;
  readonly keyNorm?: NormSpec;
  readonly causal: boolean;
  readonly window?: number;
  readonly scale: number;
  readonly cap?: number;
  readonly rotary?: RotaryForm;
}

export type MlpSpec =
  | {
      readonly kind: 'plain';
      readonly up: LinearSpec;
      readonly down: LinearSpec;
      readonly activation: Activation;
    }
  | {
      readonly kind: 'gated';
      readonly gate: LinearSpec;
      readonly up: LinearSpec;
      readonly down: LinearSpec;
      readonly activation: Activation;
    }
  | {
      /** One projection, gate in its first half of columns (Phi-3). */
      readonly kind: 'gated-fused';
      readonly gateUp: LinearSpec;
      readonly down: LinearSpec;
      readonly activation: Activation;
    };

/**
 * How the parts of a block are joined; N are norms, absent ones do nothing:
 * - `pre`: y = x + N₂(attention(N₁ x)); y + N₄(mlp(N₃ y))
 * - `post`: y = N₁(x + attention x); N₃(y + mlp y)
 * - `parallel`: x + attention(N₁ x) + mlp(N₃ x), or mlp(N₁ x) where there is no N₃
 */
export interface BlockSpec {
  readonly residual: 'pre' | 'post' | 'parallel';
  readonly attentionNorm: NormSpec;
  readonly afterAttention?: NormSpec;
  readonly mlpNorm?: NormSpec;
  readonly afterMlp?: NormSpec;
  readonly attention: AttentionSpec;
  readonly mlp: MlpSpec;
}

/** Names are complete tensor names. */
export type HeadSpec = LanguageHeadSpec | ClassHeadSpec;

export interface LanguageHeadSpec {
  readonly kind: 'language';
  readonly norm?: NormSpec;
  /** [table width, width], applied after the norm (OPT-350m). */
  readonly project?: string;
  /** [vocabulary, table width]; the token embedding where outputs are tied. */
  readonly output: string;
  readonly outputWidth: number;
  readonly bias?: string;
  /** Logits z become cap · tanh(z / cap). */
  readonly cap?: number;
}

export interface ClassHeadSpec {
  readonly kind: 'classes';
  readonly norm?: NormSpec;
  /** Which position of a sample is classified. */
  readonly position: 'first' | 'last';
  /** Dense layers in order; the last gives the classes. Biases are used where the file has them. */
  readonly layers: readonly { readonly linear: LinearSpec; readonly activation?: Activation }[];
  readonly classes: number;
}

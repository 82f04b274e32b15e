/** A model and its data, for one measurement on a card. */
export interface CardCase {
  readonly name: string;
  readonly model: string;
  readonly data: string;
  readonly samples: number;
  /** Of each sample. */
  readonly tokens: number;
}

/** Where both sides compute. */
export interface CardPlace {
  /** Ours on Chromium's software card, which says nothing about speed or a card's memory. */
  readonly software: boolean;
  readonly torchDevice: 'cpu' | 'cuda';
  /** A Python that has torch on it. */
  readonly python: string;
  readonly rounds: number;
}

export interface Measured {
  readonly figures: Readonly<Record<string, unknown>>;
  /** The two sides in their own words. */
  readonly about: Readonly<Record<string, unknown>>;
  /** What is wrong with the numbers, where something is. */
  readonly complaint?: string;
}

/** Something that both sides do, measured on one shape. */
export interface CardMeasurement {
  readonly name: string;
  readonly measure: (at: CardCase, place: CardPlace) => Promise<Measured>;
}

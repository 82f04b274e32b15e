import { type BrownFile, readBrown } from './brown';
import { type Mail, readMails } from './mails';
import { readChapters, readSpeeches } from './prose';
import { readReviews, type Review } from './reviews';
import type { Sided } from './text';
import { readWordNet, type Synset } from './wordnet';

/** The classes of the genre task: label, and the letters of the Brown genres in it. */
export const genreLetters: Readonly<Record<string, string>> = {
  news: 'a',
  religion: 'd',
  hobbies: 'e',
  government: 'h',
  learned: 'j',
  fiction: 'klnp',
};

/** The classes of the gloss task: label, and the number of the noun file in lexnames(5WN). */
export const glossFiles: Readonly<Record<string, number>> = {
  act: 4,
  animal: 5,
  artifact: 6,
  body: 8,
  communication: 10,
  food: 13,
  person: 18,
  plant: 20,
  state: 26,
  substance: 27,
};

/** Everything that was read, already divided into training, validation and test. */
export interface Sources {
  brown: BrownFile[];
  wordnet: Synset[];
  reviews: Review[];
  mails: Mail[];
  speeches: Sided[];
  chapters: Sided[];
}

/** Reads the packages of scripts/sample/package.json; the same result every time. */
export function readSources(): Sources {
  return {
    brown: readBrown(Object.values(genreLetters)),
    wordnet: readWordNet(),
    reviews: readReviews(),
    mails: readMails(),
    speeches: readSpeeches(),
    chapters: readChapters(),
  };
}

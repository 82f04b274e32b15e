import { readFileSync } from 'node:fs';
import { seededRandom, shuffled } from './random';
import { oneLine, type Sided, sourcePath, textKey } from './text';

/** A sentence of a review, with what its author thought. */
export interface Review extends Sided {
  label: 'positive' | 'negative';
}

/** Held out of each domain and class: 3 domains x 2 classes x 50 = 300 for validation, and as many for the test. */
const heldOut = 50;

/** The "Sentiment Labelled Sentences" of Kotzias et al. 2015: films (imdb), restaurants (yelp), products (amazon). */
export function readReviews(): Review[] {
  const seen = new Set<string>();
  const reviews: Review[] = [];
  for (const domain of ['imdb', 'yelp', 'amazon']) {
    const path = sourcePath('sentiment', 'test', 'fixtures', `${domain}.json`);
    const rows = JSON.parse(readFileSync(path, 'utf8')) as { text: string; class: number }[];
    const counts = { positive: 0, negative: 0 };
    for (const row of shuffled(rows, seededRandom(`reviews ${domain}`))) {
      const text = oneLine(row.text ?? '');
      // One row of each file is empty, and a few sentences come twice.
      if (text.length < 3 || seen.has(textKey(text))) continue;
      seen.add(textKey(text));
      const label = row.class === 1 ? 'positive' : 'negative';
      const place = counts[label]++;
      reviews.push({
        text,
        label,
        side: place < heldOut ? 'validation' : place < 2 * heldOut ? 'test' : 'train',
      });
    }
  }
  return reviews;
}

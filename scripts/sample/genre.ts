import type { BrownFile } from './brown';
import { seededRandom, shuffled } from './random';
import { textKey } from './text';

/** Characters of a passage. */
const shortest = 80;
const longest = 450;
/** A passage of two sentences below this length gets a third. */
const enough = 200;

/** Passages of two or three sentences that follow each other in a file; none shares a sentence with another. */
export function passages(file: BrownFile): string[] {
  const sentences = file.paragraphs
    .flat()
    // Headlines and bylines would give the genre away without any prose.
    .filter((sentence) => /[.?!;:]["')]*$/.test(sentence));
  const found: string[] = [];
  for (let at = 0; at + 1 < sentences.length;) {
    let take = 2;
    if (sentences.slice(at, at + 2).join(' ').length < enough && at + 2 < sentences.length) take = 3;
    const text = sentences.slice(at, at + take).join(' ');
    at += take;
    if (text.length >= shortest && text.length <= longest) found.push(text);
  }
  return found;
}

/** Passages that stand more than once in the corpus (psalms, refrains), as keys. */
export function repeatedPassages(files: readonly BrownFile[]): Set<string> {
  const seen = new Set<string>();
  return new Set(
    files
      .flatMap(passages)
      .map(textKey)
      .filter((key) => seen.has(key) || !seen.add(key)),
  );
}

/** `count` passages, none of them in `repeated`, from the files in turn, so that no single file makes up a class. */
export function drawPassages(
  files: readonly BrownFile[],
  count: number,
  repeated: ReadonlySet<string>,
): string[] {
  const piles = files.map((file) => {
    const own = passages(file).filter((text) => !repeated.has(textKey(text)));
    return shuffled(own, seededRandom(`passages ${file.name}`));
  });
  const drawn: string[] = [];
  for (let round = 0; drawn.length < count; round++) {
    const layer = piles.flatMap((pile) => pile.slice(round, round + 1));
    if (layer.length === 0) throw new Error(`Only ${drawn.length} of ${count} passages.`);
    drawn.push(...layer.slice(0, count - drawn.length));
  }
  return drawn;
}

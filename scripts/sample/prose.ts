import { readdirSync, readFileSync } from 'node:fs';
import { seededRandom, shuffled } from './random';
import { plain, type Sided, sourcePath } from './text';

/** The first year of the State of the Union addresses that are used: older ones would crowd out modern English. */
const firstYear = 1901;

function readJson(...parts: string[]): Record<string, unknown> {
  return JSON.parse(readFileSync(sourcePath(...parts), 'utf8')) as Record<string, unknown>;
}

const jsonFiles = (...parts: string[]) =>
  readdirSync(sourcePath(...parts))
    .filter((name) => name.endsWith('.json'))
    .sort();

const tidy = (text: string) =>
  plain(text)
    .replace(/\[(Applause|Laughter)[^\]]*\]/gi, '')
    .replace(/ +/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{2,}/g, '\n')
    .trim();

/** State of the Union addresses since 1901, whole speeches; held-out ones come from years that have only one. */
export function readSpeeches(): Sided[] {
  const folder = ['@stdlib', 'datasets-sotu', 'data'];
  const names = jsonFiles(...folder).filter((name) => Number(name.slice(0, 4)) >= firstYear);
  const alone = names.filter(
    (name) => names.filter((other) => other.startsWith(name.slice(0, 4))).length === 1,
  );
  const held = new Set(shuffled(alone, seededRandom('speeches')).slice(0, 3));
  return names.map((name) => ({
    text: tidy(String(readJson(...folder, name)['text'])),
    side: held.has(name) ? 'validation' : 'train',
  }));
}

/** The chapters of Moby Dick, each under its title. */
export function readChapters(): Sided[] {
  const folder = ['@stdlib', 'datasets-moby-dick', 'data'];
  const names = jsonFiles(...folder);
  const held = new Set(shuffled(names, seededRandom('chapters')).slice(0, 6));
  return names.map((name) => {
    const chapter = readJson(...folder, name);
    return {
      text: tidy(`${String(chapter['title'])}\n${String(chapter['text'])}`),
      side: held.has(name) ? 'validation' : 'train',
    };
  });
}

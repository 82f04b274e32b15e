import { isErrorCode } from '../../shared/errors';

/** Words that are everybody's, and parts of most paths. */
const common = new Set(
  `home users user root tmp temp var usr opt mnt media data datasets dataset model models src test tests train training
  validation valid eval text texts label labels workspace workspaces project projects repo repos code configs config
  experiment experiments output outputs sample quickstart search spam documents desktop downloads local share cache
  huggingface hub snapshots adapter lora node bin lib dist private volumes windows`.split(/\s+/),
);

/** Names shorter than this are parts of other words. */
const shortest = 3;

/** The names that a path or a name is made of, as far as they could tell whose it is. */
export function namesIn(...paths: readonly string[]): string[] {
  const parts = paths.flatMap((path) => [path, ...path.split(/[\\/]+/)]);
  const names = parts.flatMap((part) => [part, part.replace(/\.[^.]*$/, ''), part.replace(/\..*$/, '')]);
  return names
    .map((name) => name.trim())
    .filter((name) => name.length >= shortest && !common.has(name.toLowerCase()) && !/^[\d._-]+$/.test(name));
}

/** Matches any of the names, the longest first; undefined where there is none. */
function knownNames(names: readonly string[]): RegExp | undefined {
  const longestFirst = [...new Set(names)].sort((a, b) => b.length - a.length);
  const escaped = longestFirst.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  return escaped.length === 0 ? undefined : new RegExp(escaped.join('|'), 'giu');
}

/**
 * Takes out of a line what could be the user's: names that are known, and without knowing them paths, file names, addresses
 * and whatever stands in quotes.
 *
 * @param names as `namesIn` gives them
 */
export function scrubber(names: readonly string[]): (line: string) => string {
  const known = knownNames(names);
  return (line) => {
    let text = line
      .replace(/"[^"]*"?|“[^”]*”?|(?<![\p{L}\p{N}])'[^']*'?|`[^`]*`?/gu, '"…"')
      .replace(/\b[a-z][a-z\d+.-]*:\/\/\S+/gi, '<address>')
      .replace(/\S+@\S+/g, '<address>')
      // A path may hold spaces: it ends where a sentence goes on for sure.
      .replace(/(?:~|\b[A-Za-z]:|\.{1,2})?[\\/][^,;:()<>]*/g, '<path>')
      // What a relative path begins with stands before its first slash.
      .replace(/[^\s,;:()<>]*<path>/g, '<path>');
    text = text.replace(/[\p{L}\p{N}_-]+(?:\.[\p{L}\p{N}_-]+)+/gu, (word) =>
      isLibrary.test(word) || isVersion.test(word) ? word : '<name>',
    );
    return known ? text.replace(known, '<name>') : text;
  };
}

/** Where programs and devices lie, which are the system's and nobody's. */
const ofSystem = /^\/(?:dev|proc|sys|usr|lib|lib64|etc)\b/;

/** The same for a sentence of the engine's about a device, which holds names of packages, libraries and system files. */
export function deviceScrubber(names: readonly string[]): (line: string) => string {
  const known = knownNames(names);
  return (line) => {
    const text = line.replace(/(?<![\p{L}\p{N}@._-])(?:~|[A-Za-z]:)?[\\/][^,;:()<>"']*/gu, (path) =>
      ofSystem.test(path) ? path : '<path>',
    );
    return known ? text.replace(known, '<name>') : text;
  };
}

const isLibrary = /^(?:lib[\w+-]+\.(?:so|dylib)|[\w-]+\.(?:dll|node))(?:\.\d+)*$/i;
const isVersion = /^v?\d[\d.]*(?:-[\w.]+)?$/;

/** `2026-11-29 16:21:37.123 [info] words` */
const logLine = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?) \[(\w+)\] (.*)$/;
/** A frame of a stack in one of our own bundles. */
const frame =
  /\bat (?:(?:async )?[\w$.<>]+ )?\(?(?:.*[\\/])?(extension|onDemand|trainers|maps|searching|views|worker)\.js:(\d+):(\d+)\)?$/;

/**
 * A line of the log as it can be shared. Of an error the code is kept and of a stack the places in our own code; what the
 * engine's libraries print is left out.
 */
export function scrubbedLog(lines: readonly string[], scrub: (line: string) => string): string[] {
  return lines.flatMap((line): string[] => {
    const [, at = '', level = '', words = line] = logLine.exec(line) ?? [];
    const head = at === '' ? '' : `${at} [${level}] `;
    const place = frame.exec(words);
    if (place) return [`${head}at ${place[1]}.js:${place[2]}:${place[3]}`];
    const code = [...words.matchAll(/\[([a-z-]+)\]/g)].map((match) => match[1]).find(isErrorCode);
    if (code !== undefined) return [`${head}[${code}]`];
    const printed = /^\[engine\] (?:Uncaught )?(\w*Error)?/.exec(words);
    if (printed) return [`${head}[engine] ${printed[1] ?? ''}…`];
    // What belongs to no line of its own is the rest of one that may hold anything.
    return at === '' ? [] : [head + scrub(words)];
  });
}

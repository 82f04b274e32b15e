/** A mail taken apart: what a reader sees, not what the transport added. */
export interface ReadableMail {
  subject: string;
  /** Plain text; tags of HTML mails removed, transfer encodings undone. */
  body: string;
}

function splitHeaders(raw: string): { headers: Map<string, string>; body: string } {
  const end = raw.search(/\n\r?\n/);
  const head = (end < 0 ? raw : raw.slice(0, end)).replace(/\r?\n[ \t]+/g, ' ');
  const headers = new Map<string, string>();
  for (const line of head.split(/\r?\n/)) {
    const match = /^([A-Za-z-]+):\s*(.*)$/.exec(line);
    if (match && !headers.has(match[1]!.toLowerCase()))
      headers.set(match[1]!.toLowerCase(), match[2]!.trim());
  }
  return { headers, body: end < 0 ? '' : raw.slice(end).replace(/^(\r?\n){2}/, '') };
}

const unquote = (text: string) =>
  text
    .replace(/=\r?\n/g, '')
    .replace(/=([0-9A-Fa-f]{2})/g, (_whole, hex: string) => String.fromCharCode(parseInt(hex, 16)));

const entities: Record<string, string> = {
  nbsp: ' ',
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  copy: '(c)',
};

/** The visible text of HTML, well enough for mails of 2002. */
export function visibleText(html: string): string {
  return html
    .replace(/<!--[\s\S]*?(-->|$)/g, ' ')
    .replace(/<(style|script|title)\b[\s\S]*?(<\/\1\s*>|$)/gi, ' ')
    .replace(/<(br|p|div|tr|td|li|h\d|table)\b[^>]*>/gi, '\n')
    .replace(/<\/?[a-z!][^>]*(>|$)/gi, '')
    .replace(/&([a-z]+);?/gi, (whole, name: string) => entities[name.toLowerCase()] ?? whole);
}

function readableBody(headers: Map<string, string>, body: string, depth: number): string {
  const type = headers.get('content-type') ?? 'text/plain';
  const boundary = /boundary\s*=\s*(?:"([^"]+)"|([^\s;]+))/i.exec(type);
  if (/^multipart\//i.test(type) && boundary && depth < 4) {
    const parts = body
      .split(`--${boundary[1] ?? boundary[2]!}`)
      .slice(1)
      .map((part) => splitHeaders(part.replace(/^[ \t]*\r?\n/, '')));
    const typeOf = (part: { headers: Map<string, string> }) =>
      part.headers.get('content-type') ?? 'text/plain';
    const shown =
      parts.find((part) => /^text\/plain/i.test(typeOf(part)) && part.body.trim().length > 20) ??
      parts.find((part) => /^(text\/html|multipart\/)/i.test(typeOf(part)));
    return shown ? readableBody(shown.headers, shown.body, depth + 1) : '';
  }
  if (!/^text\b/i.test(type)) return '';
  const encoding = (headers.get('content-transfer-encoding') ?? '').toLowerCase();
  let text = body;
  if (encoding.includes('quoted-printable')) text = unquote(body);
  if (encoding.includes('base64')) text = Buffer.from(body, 'base64').toString('latin1');
  const shown = /html/i.test(type) || /<(html|body|font|table|br)\b/i.test(text) ? visibleText(text) : text;
  return shown.replace(/&#(\d+);?/g, (_whole, code: string) => String.fromCharCode(Number(code) || 32));
}

const decodeWords = (subject: string) =>
  subject.replace(/=\?[\w-]+\?([QB])\?([^?]*)\?=/gi, (_whole, how: string, text: string) =>
    how.toUpperCase() === 'B'
      ? Buffer.from(text, 'base64').toString('latin1')
      : unquote(text.replace(/_/g, ' ')),
  );

/** Subject and body of a raw mail (RFC 2822 with MIME). */
export function readMail(raw: string): ReadableMail {
  const { headers, body } = splitHeaders(raw);
  return { subject: decodeWords(headers.get('subject') ?? ''), body: readableBody(headers, body, 0) };
}

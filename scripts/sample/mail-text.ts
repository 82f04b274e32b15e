// The sample ships with the extension: mails that advertise pornography, or curse, are left out.
const unsuitable =
  /\b(porn\w*|sex\w*|xxx\w*|adults?|viagra|penis|erect\w*|nude\w*|naked|teens?|horny|slut\w*|fuck\w*|shit\w*|cum|cock\w*|puss\w*|tits|breast\w*|lesbian\w*|lolita\w*|rape\w*|hardcore|orgasm\w*|bitch\w*|whore\w*|nigg\w*|fag\w*|incest|bestiality|lust\w*|lover|libido|impoten\w*|escorts?|webcams?|girls?)\b/i;

/** Ten digits are a telephone number and nine may be; dates and spans of years have eight, without other marks. */
const hideNumber = (number: string) => {
  const digits = number.replace(/\D/g, '').length;
  return digits >= 9 || /^\d{3}[-. ]\d{4}$/.test(number) ? '<address>' : number;
};

/** The text with e-mail addresses and long numbers as `<address>` and links as `<link>`. */
export const hideAddresses = (text: string) =>
  text
    .replace(/<*\b((https?|ftp):|mailto:)\S+/gi, '<link>')
    .replace(/<*\bwww\.\S+/gi, '<link>')
    .replace(/<*[\w.+=-]+(@|\[at\]|\(at\))[\w-]+(\.[\w-]+)*>*/gi, '<address>')
    .replace(/\b(tel|phone|fax|call|mobile|cell)\b([^\w<]{0,3})\+?[\d(][\d ().+/-]{4,}\d/gi, '$1$2<address>')
    .replace(/(?<![\w.$])\+?\(?\d[\d ()./-]{5,}\d(?!\w)/g, hideNumber)
    .replace(/(?<!\w)1?[- ]?\(?8\d\d\)?-[A-Z\d-]{6,12}\b/g, '<address>');

/** What the author wrote: without quoted lines, the lines that announce them, rulers and signatures. */
export function ownWords(body: string): string {
  return body
    .replace(/\r/g, '')
    .split(/\n-- ?\n|This sf\.net email is sponsored by/i)[0]!
    .replace(/^.{0,100}\n?.{0,80}\b(wrote|writes|said)( in .{0,60})?:?[^\S\n]*$/gim, '')
    .split('\n')
    .filter(
      (line) =>
        !/^\s*([>|:]|[A-Z]{1,4}>)/.test(line) &&
        !/^\s*(Forwarded|-+ ?(Original|Forwarded)|(From|To|Cc|Date|Sent|Subject|Reply-To|Message-Id): )/i.test(
          line,
        ),
    )
    .join('\n')
    .replace(/^\s*URL: .*$/gim, '')
    .replace(/-{2,}\d{6,}[\d.]*/g, ' ')
    .replace(/[-_=*#~+.]{4,}/g, ' ');
}

/** Marks of a filter (they would tell the answer), and of Japanese in seven bits. */
const filtered = /\bSPAM:|DeathToSpam|SpamAssassin results|\*{3,} ?SPAM|\$B[!-~]/;

/** Whether a mail can be shown, and does not tell what a filter made of it; reads the first 1,500 characters of the body. */
export function isSuitable(title: string, words: string): boolean {
  return !filtered.test(`${title} ${words}`) && !unsuitable.test(`${title} ${words.slice(0, 1500)}`);
}

/**
 * Whether nothing but what was written shows. Broken MIME leaves headers in the body, and undeclared alphabets letters
 * without sense: a language model may read that, a task would be answered by it.
 */
export function isLegible({ text }: { text: string }): boolean {
  const strange = text.match(/[^\n -~]/g)?.length ?? 0;
  const headers =
    /\b(Content-T[a-z-]+|MIME-Version|X-[A-Z][a-z]+|Received|Return-Path|Message-Id|Delivered-To|Bcc):|\bMIME message/i;
  return strange <= 0.03 * text.length && !headers.test(text);
}

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { rowHover } from '../../src/extension/editor/hoverTexts';
import { withoutIcons } from '../../src/extension/labels';
import { htmlReport } from '../../src/planning/htmlReport/page';
import { markdownReport } from '../../src/planning/report';
import { table } from '../../src/planning/table';
import { code, inline, reportLine } from '../../src/shared/markdown';
import type { RunEvent } from '../../src/shared/runEvents';
import { all, parse, textOf } from './planning/htmlReport/parsed';
import { sampleManifest } from './planning/htmlReport/sampleManifest';
import { begin, finish, score, smallModel, stateOf } from './webview/sampleRuns';

const root = path.resolve(__dirname, '../..');
/** What nobody names a model, a module, a task or a file. */
const hostile = [
  '\\<img src=x onerror=alert(1)>',
  '<img src=x onerror=alert(1)>',
  '"><script>alert(1)</script>',
  "'><svg/onload=alert(1)>",
  '![x](https://example.invalid/seen.png)',
  '[click](command:workbench.action.quit)',
  '`code` | cell \\| \\\\| $(trash)',
  '\u202eexe.yaml\u202c',
  'x'.repeat(5000),
  'first\n# second\r\n[x]: https://example.invalid',
];

/** The same run with a name in every place that has one. */
const named = (name: string): RunEvent[] =>
  [...begin(smallModel), ...score(smallModel, 3), ...finish(smallModel, [3, 7])].map((event): RunEvent => {
    switch (event.type) {
      case 'started':
        return { ...event, experiment: name };
      case 'model':
        return {
          ...event,
          ...{ model: name, architecture: name },
          modules: event.modules.map((module) => ({ ...module, path: `${module.path}.${name}` })),
        };
      case 'device':
        return {
          ...event,
          description: name,
          refused: event.refused.map((one) => ({ ...one, reason: name })),
        };
      default:
        return event;
    }
  });
const stateWith = (name: string) =>
  stateOf(named(name), [
    { at: '2025-03-04T09:13:00.000Z', type: 'note', text: name },
    {
      ...{ at: '2025-03-04T09:14:00.000Z', type: 'finished', state: 'failed' },
      error: { code: 'internal', message: name, next: name },
    },
  ]);

describe('names that nobody would choose', () => {
  for (const name of hostile) {
    const shown = JSON.stringify(name.slice(0, 40));

    it(`are text in the report as a page: ${shown}`, () => {
      const text = htmlReport(stateWith(name), sampleManifest({ id: name, experiment: name }));
      const page = parse(text);
      for (const element of ['script', 'img', 'iframe', 'object', 'a', 'link', 'form'])
        assert.deepEqual(all(page, element), [], element);
      assert.ok(textOf(page).replace(/\s+/g, ' ').includes(name.trim().replace(/\s+/g, ' ').slice(0, 20)));
    });

    it(`are text in the report as Markdown: ${shown}`, () => {
      const text = markdownReport(stateWith(name));
      // An escaped backslash escapes nothing.
      assert.doesNotMatch(text, /(?<!\\)(?:\\\\)*<[a-z/!?]/i);
      assert.doesNotMatch(text, /(?<!\\)\]\((?:https?|command):/);
      assert.doesNotMatch(text, /^\s*(?:- )?\[[^\]]*\]:/m);
      assert.equal(text.split('\n').filter((line) => line.startsWith('# ')).length, 1);
    });

    it(`are text in the hover of a row: ${shown}`, () => {
      const task = { name, score: 1, standardError: 0.1, share: 0.5 };
      const text = rowHover({
        ...{ path: name, method: undefined, row: undefined, module: undefined, from: code(name) },
        scores: { share: 0.5, shareError: 0, tasks: [task] },
      });
      const row = text.split('\n').find((line) => line.endsWith(' 50.0 % |')) ?? '';
      assert.equal(row.match(/(?<!\\)(?:\\\\)*\|/g)?.length, 5, row.slice(0, 200));
      assert.doesNotMatch(text.replace(/(`+).*?[^`]\1(?!`)/gs, ''), /(?<!\\)[<\]]/);
    });

    it(`are one cell of one row in a table: ${shown}`, () => {
      const [, , row = ''] = table(
        [
          ['name', 'n'],
          [name, '1'],
        ],
        1,
      );
      assert.equal(row.match(/(?<!\\)(?:\\\\)*\|/g)?.length, 3, row.slice(0, 200));
      assert.doesNotMatch(row, /[\r\n]/);
    });
  }

  it('begin nothing in a line of Markdown, and stay as they are where they are plain', () => {
    assert.equal(inline('model.layers.0.self_attn.q_proj'), 'model.layers.0.self_attn.q_proj');
    assert.equal(inline('![x](y) <b> `c` a|b\n'), '\\!\\[x\\](y) \\<b\\> \\`c\\` a\\|b ');
    assert.equal(reportLine('share < 1 %, [0, 1]'), 'share < 1 %, [0, 1]');
  });

  it('have no icons in labels', () => {
    assert.equal(withoutIcons('$(trash) a $(sync~spin)'), '\\$(trash) a \\$(sync~spin)');
  });
});

describe('the pages inside VS Code', () => {
  const sources = (folder: string): { readonly name: string; readonly text: string }[] =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ({
        name: path.join(folder, name),
        text: readFileSync(path.join(root, folder, name), 'utf8'),
      }));
  const using = (folders: readonly string[], pattern: RegExp): string[] =>
    folders
      .flatMap(sources)
      .filter(({ text }) => pattern.test(text))
      .map(({ name }) => name.replaceAll(path.sep, '/'));

  it('make no element out of a text', () => {
    const parsing =
      /\b(?:innerHTML|outerHTML|insertAdjacentHTML|createContextualFragment|DOMParser|srcdoc)\b|document\.write/;
    assert.deepEqual(using(['webview'], parsing), []);
    assert.deepEqual(using(['webview', 'src'], /\beval\(|new Function\(|setTimeout\(\s*['"`]/), []);
  });

  it('run one script by its nonce, and none that a page holds', () => {
    const [policy = ''] =
      /const policy = \[[^;]*;/.exec(readFileSync(path.join(root, 'src/extension/panel/html.ts'), 'utf8')) ??
      [];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'nonce-\$\{nonce\}'`/);
    assert.doesNotMatch(policy, /unsafe|https?:|connect-src|frame-src/);
    assert.deepEqual(using(['src', 'webview'], /script-src[^\n]*unsafe/), []);
  });

  it('are the only ones with scripts, and hovers neither run commands nor show HTML', () => {
    assert.deepEqual(using(['src'], /supportHtml|supportThemeIcons|\.isTrusted = |enableCommandUris/), []);
    assert.deepEqual(
      using(['src'], /enableScripts: true/).filter((name) => !/panel|live|compare|mapEditor/i.test(name)),
      [],
    );
  });
});

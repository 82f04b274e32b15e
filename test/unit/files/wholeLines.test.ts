import assert from 'node:assert/strict';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eachPiece } from '../../../src/files/wholeLines';
import { temporaryFolder } from './temporary';

describe('whole lines of a file', () => {
  const folder = temporaryFolder();
  const fileOf = async (content: string): Promise<string> => {
    const path = join(folder.path, 'lines.txt');
    await writeFile(path, content);
    return path;
  };
  async function pieces(
    path: string,
    from = 0,
    to?: number,
    seen: () => Promise<void> = () => Promise.resolve(),
  ) {
    const handle = await open(path, 'r');
    try {
      const end = to ?? (await handle.stat()).size;
      await seen();
      const texts: string[] = [];
      const whole = await eachPiece(handle, from, end, (lines) => texts.push(lines.toString()));
      return { texts, whole };
    } finally {
      await handle.close();
    }
  }

  it('are handed over once each and in order, of a file of many pieces and lines longer than one', async function () {
    this.timeout(60_000);
    const lines = Array.from({ length: 60_000 }, (_, index) => `${index} é ${'x'.repeat(index % 300)}`);
    lines[30_000] = 'long '.repeat(3_000_000);
    lines[59_999] = 'y'.repeat(5_000_000);
    const content = `${lines.join('\n')}\nhalf`;
    const { texts, whole } = await pieces(await fileOf(content));
    assert.ok(texts.length > 5, String(texts.length));
    assert.ok(texts.every((text) => text.endsWith('\n')));
    assert.ok(texts.join('') === content.slice(0, -'half'.length));
    assert.equal(whole, Buffer.byteLength(content) - 4);
  });

  it('begin where they should and end at the last newline before the end', async () => {
    const path = await fileOf('a\nbc\nde\nf');
    assert.deepEqual(await pieces(path, 2), { texts: ['bc\nde\n'], whole: 8 });
    assert.deepEqual(await pieces(path, 2, 7), { texts: ['bc\n'], whole: 5 });
    assert.deepEqual(await pieces(path, 8), { texts: [], whole: 8 });
    assert.deepEqual(await pieces(path, 9), { texts: [], whole: 9 });
    assert.deepEqual(await pieces(await fileOf('')), { texts: [], whole: 0 });
  });

  it('end earlier where the file was cut meanwhile', async () => {
    const path = await fileOf('a\nb\nc\nd\n');
    const cut = await pieces(path, 0, undefined, () => truncate(path, 5));
    assert.deepEqual(cut, { texts: ['a\nb\n'], whole: 4 });
    const gone = await pieces(path, 4, 8, () => truncate(path, 0));
    assert.deepEqual(gone, { texts: [], whole: 4 });
  });

  it('are not read on once they are refused', async () => {
    const path = await fileOf(`${'x'.repeat(1000)}\n`.repeat(12_000));
    const handle = await open(path, 'r');
    let asked = 0;
    const refused = eachPiece(handle, 0, 12_012_000, () => {
      asked++;
      throw new Error('no');
    });
    await assert.rejects(refused, /^Error: no$/);
    await handle.close();
    assert.equal(asked, 1);
  });
});

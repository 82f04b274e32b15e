import { ESLint } from 'eslint';
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The arrows between rooms: drawn in ARCHITECTURE.md, held in eslint.config.mjs, and really enforced. */
const root = path.resolve(__dirname, '../..');

async function arrowsOfLint(): Promise<Record<string, string[]>> {
  const { arrows } = await import('../../eslint.config.mjs');
  return { ...arrows, webview: ['shared'] };
}

function arrowsOfMap(): Record<string, string[]> {
  const page = readFileSync(path.join(root, 'ARCHITECTURE.md'), 'utf8');
  const table = page.slice(page.indexOf('### Arrows'), page.indexOf('Only `extension/`'));
  const rows = [...table.matchAll(/^\| (\w+) +\|([^|]*)\|$/gm)].filter(([, room]) => room !== 'room');
  return Object.fromEntries(
    rows.map(([, room, list]) => [
      room!,
      list!
        .split(',')
        .map((name) => name.trim())
        .filter((name) => name !== ''),
    ]),
  );
}

describe('the house', () => {
  it('has the rooms of the map and no others', async () => {
    const rooms = readdirSync(path.join(root, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    const drawn = Object.keys(await arrowsOfLint()).filter((room) => room !== 'webview');
    assert.deepEqual(rooms.map(({ name }) => name).sort(), drawn.sort());
  });

  it('has the same arrows in ARCHITECTURE.md as in the lint rule', async () => {
    assert.deepEqual(arrowsOfMap(), await arrowsOfLint());
  });

  const lint = new ESLint({ cwd: root });
  const complaints = async (file: string, code: string): Promise<string[]> => {
    const [result] = await lint.lintText(code, { filePath: path.join(root, file) });
    return (result?.messages ?? [])
      .filter(({ ruleId }) => ruleId === 'no-restricted-imports')
      .map(({ message }) => message);
  };

  for (const [file, imported] of [
    ['src/shared/format.ts', '../files/hash'],
    ['src/planning/allocate.ts', '../configs/experiment/parse'],
    ['src/search/nextStep.ts', '../planning/allocate'],
    ['src/extension/main.ts', '../engine/scoreModel'],
    ['src/files/hash.ts', 'vscode'],
    ['src/extension/main.ts', '@tensorflow/tfjs'],
    ['src/worker/main.ts', '@tensorflow/tfjs'],
    ['webview/main.ts', '../src/files/hash'],
  ] as const) {
    it(`refuses ${imported} in ${file}`, async () => {
      assert.equal(
        (await complaints(file, `import * as it from '${imported}';\nexport { it };\n`)).length,
        1,
      );
    });
  }

  it('allows what the map allows', async () => {
    assert.deepEqual(
      await complaints('src/engine/cost.ts', `import * as it from '../tensors/ops';\nexport { it };\n`),
      [],
    );
    assert.deepEqual(
      await complaints('src/extension/main.ts', `import * as it from 'vscode';\nexport { it };\n`),
      [],
    );
  });
});

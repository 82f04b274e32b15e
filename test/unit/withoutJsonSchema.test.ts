import assert from 'node:assert/strict';
import { build } from 'esbuild';
import path from 'node:path';
import { withoutJsonSchema } from '../../scripts/lib/withoutJsonSchema';

describe('a bundle without JSON Schema', () => {
  it('reads and refuses as one with it does, and is smaller', async function () {
    this.timeout(60_000);
    const source = `
      import * as z from 'zod';
      const schema = z.object({ name: z.string().min(2), at: z.array(z.number().int()).optional() });
      const issue = schema.safeParse({ name: 'x', at: [1.5] }).error.issues.map(({ path }) => path.join('.'));
      const standard = schema['~standard'].validate({ name: 'xy' });
      module.exports = { issue, standard, write: () => schema.toJSONSchema() };`;
    const bundle = async (plugins: (typeof withoutJsonSchema)[]): Promise<string> => {
      const { outputFiles } = await build({
        stdin: { contents: source, resolveDir: path.join(__dirname, '../..') },
        ...{ bundle: true, minify: true, write: false, platform: 'node', format: 'cjs', plugins },
        mainFields: ['module', 'main'],
        logLevel: 'silent',
      });
      return outputFiles[0]?.text ?? '';
    };
    const [whole, without] = [await bundle([]), await bundle([withoutJsonSchema])];
    assert.ok(without.length < whole.length - 10_000, `${without.length} of ${whole.length}`);
    const run = (code: string) => {
      const module = { exports: {} as { issue: unknown; standard: unknown; write: () => unknown } };
      // As Node runs a bundle.
      new Function('module', 'exports', 'require', code)(module, module.exports, require);
      return module.exports;
    };
    const [one, other] = [run(whole), run(without)];
    assert.deepEqual(other.issue, ['name', 'at.0']);
    assert.deepEqual([other.issue, other.standard], [one.issue, one.standard]);
    assert.ok(one.write());
    assert.throws(() => other.write(), /without JSON Schema/);
  });
});

import type { Plugin } from 'esbuild';
import { readFile } from 'node:fs/promises';

/**
 * Leaves zod's writer of JSON Schema out of a bundle. Each of zod's schemas can write itself, so that no bundler finds out that
 * none ever does; of the host's bundle it would be the twentieth part.
 */
export const withoutJsonSchema: Plugin = {
  name: 'without JSON Schema',
  setup: ({ onLoad }) => {
    onLoad(
      { filter: /[\\/]zod[\\/]v4[\\/]core[\\/](to-json-schema|json-schema-processors)\.js$/ },
      async ({ path }) => {
        const names = (await readFile(path, 'utf8')).matchAll(/^export (?:const|function) (\w+)/gm);
        const lines = [...names].map(([, name]) => `export const ${name} = none;`);
        if (lines.length === 0)
          return { errors: [{ text: `${path} has no exports of the form that is looked for.` }] };
        // A method that is asked for is there; it refuses when it is called.
        const refuse = `const refuse = () => { throw new Error('This bundle is built without JSON Schema.'); };`;
        return { contents: [refuse, 'const none = () => refuse;', ...lines].join('\n') };
      },
    );
  },
};

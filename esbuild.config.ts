import { build, context, type BuildOptions } from 'esbuild';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { withoutJsonSchema } from './scripts/lib/withoutJsonSchema';

/**
 * One configuration, ten bundles in dist/: extension (host), onDemand (what some of its commands load), searching (what is told
 * of searches), trainers (what users' own config files show), maps (plans that are edited on pages), views (the side bar), worker
 * (engine process), cli, webview (the page of a run), live (that of the side bar).
 * `--watch` rebuilds on change; `--production` minifies.
 */
const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

const common: BuildOptions = {
  bundle: true,
  minify: production,
  sourcemap: !production,
  logLevel: 'warning',
  outdir: 'dist',
  define: { 'process.env.NODE_ENV': JSON.stringify(production ? 'production' : 'development') },
};

const node: BuildOptions = {
  ...common,
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  // tfjs's prebuilt bundles, esbuild's choice for Node, are nearly twice as large as its modules.
  mainFields: ['module', 'main'],
  // yaml gives Node its CommonJS build, of which nothing can be left out; its modules lie in the same package.
  // tree-sitter's CommonJS build is taken for the other reason: its module asks for its own address, which a bundle has not.
  alias: {
    yaml: path.resolve('node_modules/yaml/browser/index.js'),
    'web-tree-sitter': path.resolve('node_modules/web-tree-sitter/web-tree-sitter.cjs'),
  },
};

const bundles: BuildOptions[] = [
  {
    ...node,
    entryPoints: { extension: 'src/extension/main.ts' },
    external: ['vscode', './onDemand', './searching', './trainers', './maps', './views'],
    plugins: [withoutJsonSchema],
    // What is left as an import would be found by the rules of modules, and would not find VS Code's own.
    supported: { 'dynamic-import': false },
  },
  {
    ...node,
    entryPoints: Object.fromEntries(
      ['onDemand', 'searching', 'trainers', 'maps', 'views'].map((name) => [
        name,
        `src/extension/${name}.ts`,
      ]),
    ),
    external: ['vscode'],
  },
  {
    ...node,
    entryPoints: { worker: 'src/worker/main.ts', cli: 'src/cli/main.ts' },
    external: ['@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu', 'onnxruntime-node'],
  },
  {
    ...common,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    entryPoints: { webview: 'webview/main.ts', live: 'webview/live/main.ts' },
  },
];

/** What the bundles read beside themselves: the .wasm files of tfjs and tree-sitter, and our own. */
function copyAssets(): void {
  const wasm = path.join('node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');
  mkdirSync(path.join('dist', 'wasm'), { recursive: true });
  // The plain build is for machines without SIMD; the threaded one is never chosen in Node.
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']) {
    cpSync(path.join(wasm, name), path.join('dist', 'wasm', name));
  }
  for (const name of ['web-tree-sitter', 'tree-sitter-python']) {
    cpSync(path.join('node_modules', name, `${name}.wasm`), path.join('dist', 'wasm', `${name}.wasm`));
  }
  for (const name of ['kernels.wasm', 'kernels-fma.wasm']) {
    cpSync(path.join('src', 'tensors', 'kernels', 'bytes', name), path.join('dist', 'wasm', name));
  }
}

async function main(): Promise<void> {
  if (existsSync('dist') && !watch) rmSync('dist', { recursive: true });
  copyAssets();
  if (!watch) {
    await Promise.all(bundles.map((options) => build(options)));
    return;
  }
  for (const options of bundles) {
    const plugin = {
      name: 'announce',
      setup: (hooks: { onStart(f: () => void): void; onEnd(f: () => void): void }) => {
        // The words that the problem matcher in .vscode/tasks.json waits for.
        hooks.onStart(() => console.log('[watch] build started'));
        hooks.onEnd(() => console.log('[watch] build finished'));
      },
    };
    await (await context({ ...options, plugins: [...(options.plugins ?? []), plugin] })).watch();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

import { build, context, type BuildOptions } from 'esbuild';
import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';

/**
 * One configuration, five bundles in dist/: extension (host), onDemand (what some of its commands load), worker (engine
 * process), cli, webview.
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
  alias: { yaml: path.resolve('node_modules/yaml/browser/index.js') },
};

const bundles: BuildOptions[] = [
  {
    ...node,
    entryPoints: { extension: 'src/extension/main.ts' },
    external: ['vscode', './onDemand'],
    // What is left as an import would be found by the rules of modules, and would not find VS Code's own.
    supported: { 'dynamic-import': false },
  },
  { ...node, entryPoints: { onDemand: 'src/extension/onDemand.ts' }, external: ['vscode'] },
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
    entryPoints: { webview: 'webview/main.ts' },
  },
];

/** What the bundles read beside themselves: tfjs's .wasm files, and our own. */
function copyAssets(): void {
  const wasm = path.join('node_modules', '@tensorflow', 'tfjs-backend-wasm', 'dist');
  mkdirSync(path.join('dist', 'wasm'), { recursive: true });
  // The plain build is for machines without SIMD; the threaded one is never chosen in Node.
  for (const name of ['tfjs-backend-wasm.wasm', 'tfjs-backend-wasm-simd.wasm']) {
    cpSync(path.join(wasm, name), path.join('dist', 'wasm', name));
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
    await (await context({ ...options, plugins: [plugin] })).watch();
  }
}

main().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});

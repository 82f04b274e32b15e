import js from '@eslint/js';
import tseslint from 'typescript-eslint';

/** What jobs are made of. */
const library = [
  ...['shared', 'files', 'peft', 'configs', 'planning', 'search', 'judging'],
  ...['tensors', 'models', 'adapters', 'executors'],
];

/**
 * The arrows of the house: what each room may import besides itself. ARCHITECTURE.md draws the same table; a test
 * compares the two.
 */
export const arrows = {
  shared: [],
  files: ['shared'],
  peft: ['shared', 'files'],
  configs: ['shared', 'files', 'peft'],
  planning: ['shared', 'files', 'judging'],
  search: ['shared', 'files'],
  judging: ['shared'],
  executors: ['shared', 'files'],
  tensors: ['shared', 'files'],
  models: ['shared', 'files', 'tensors'],
  adapters: ['shared', 'files', 'peft', 'tensors', 'models'],
  engine: library,
  worker: [...library, 'engine'],
  cli: [...library, 'engine'],
  extension: ['shared', 'files', 'peft', 'configs', 'planning', 'search'],
};
const rooms = Object.keys(arrows);
const tfjsRooms = ['tensors', 'models', 'adapters', 'engine'];

const room = (name, files, allowed, { vscode = false, tfjs = false } = {}) => ({
  files: [files],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          ...rooms
            .filter((other) => other !== name && !allowed.includes(other))
            .map((other) => ({
              group: [`**/${other}/**`, `**/${other}`],
              message: `${name}/ may not import from ${other}/ (ARCHITECTURE.md, "Arrows").`,
            })),
          ...(vscode ? [] : [{ group: ['vscode'], message: 'Only extension/ imports vscode.' }]),
          ...(tfjs
            ? []
            : [
                {
                  group: ['@tensorflow/**'],
                  message: 'Only tensors/, models/, adapters/ and engine/ import tfjs.',
                },
              ]),
        ],
      },
    ],
  },
});

export default tseslint.config(
  {
    ignores: [
      'node_modules',
      'dist',
      '.cache',
      '.sample',
      'media',
      'scripts/sample/node_modules',
      'test/fixtures',
      'test/e2e/bridge',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    rules: {
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      'max-lines': ['error', { max: 320, skipComments: true, skipBlankLines: true }],
      eqeqeq: 'error',
    },
  },
  {
    files: ['**/*.mjs'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly' } },
  },
  {
    files: ['test/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts'],
    rules: { '@typescript-eslint/no-non-null-assertion': 'off' },
  },
  ...rooms.map((name) =>
    room(name, `src/${name}/**/*.ts`, arrows[name], {
      vscode: name === 'extension',
      tfjs: tfjsRooms.includes(name),
    }),
  ),
  room('webview', 'webview/**/*.ts', ['shared']),
);

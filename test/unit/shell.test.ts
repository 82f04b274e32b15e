import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const root = path.resolve(__dirname, '../..');

/**
 * Where a program is started through a shell, on Windows alone, whose programs of npm are scripts. None of their arguments comes
 * from a file or a user: they are words and paths of ours.
 */
const throughShell: Readonly<Record<string, string>> = {
  'src/files/runtimes/program.ts': 'as its caller says, which is npm.ts alone',
  'src/files/runtimes/npm.ts': 'npm',
  'scripts/faults.ts': 'programs of node_modules/.bin',
  'scripts/package.ts': 'programs of node_modules/.bin',
  'scripts/test.ts': 'programs of node_modules/.bin',
  'scripts/setup.mjs': 'npm',
  'scripts/vscode.ts': 'VS Code',
  'scripts/sample/make.ts': 'npm',
};
const starting = new Set(['fork', 'spawn', 'spawnSync', 'execFile', 'execFileSync', 'exec', 'execSync']);

interface Start {
  readonly where: string;
  readonly name: string;
  readonly args: readonly ts.Node[];
}

/** Every call that starts a program, and every `shell:` that is not false, in our sources. */
function startsIn(file: string): { readonly starts: Start[]; readonly shells: string[] } {
  const source = ts.createSourceFile(
    file,
    readFileSync(path.join(root, file), 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const imported = new Set<string>();
  const starts: Start[] = [];
  const shells: string[] = [];
  const visit = (node: ts.Node): void => {
    if (
      ts.isImportDeclaration(node) &&
      /^(?:node:)?child_process$/.test((node.moduleSpecifier as ts.StringLiteral).text)
    ) {
      const named = node.importClause?.namedBindings;
      assert.ok(named && ts.isNamedImports(named), `${file} imports child_process by its names`);
      for (const { name, propertyName } of named.elements) {
        assert.equal(propertyName, undefined, `${file} renames nothing of child_process`);
        imported.add(name.text);
      }
    }
    if (ts.isCallExpression(node)) {
      // `promisify(execFile)(…)` too.
      const called = ts.isCallExpression(node.expression) ? node.expression.arguments[0] : node.expression;
      if (called && ts.isIdentifier(called) && imported.has(called.text) && starting.has(called.text)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        starts.push({ where: `${file}:${line + 1}`, name: called.text, args: node.arguments });
      }
    }
    const isShell =
      (ts.isPropertyAssignment(node) || ts.isShorthandPropertyAssignment(node)) &&
      node.name.getText() === 'shell';
    if (isShell && node.getText() !== 'shell: false') shells.push(file);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { starts, shells };
}

describe('programs that are started', () => {
  const files = ['src', 'scripts'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' })
      .map((name) => `${folder}/${name.replaceAll(path.sep, '/')}`)
      .filter((name) => /\.m?ts$|\.mjs$/.test(name) && !name.includes('node_modules')),
  );
  const found = files.map(startsIn);
  const starts = found.flatMap((one) => one.starts);

  it('are found by this test', () => {
    assert.ok(starts.length > 15, `${starts.length} starts`);
    for (const file of [
      'src/files/gitProcess.ts',
      'src/extension/engineClient/engineProcess.ts',
      'src/files/runtimes/program.ts',
    ])
      assert.ok(
        starts.some(({ where }) => where.startsWith(file)),
        file,
      );
  });

  it('are none of a command line that a shell would take apart', () => {
    assert.deepEqual(
      starts.filter(({ name }) => name === 'exec' || name === 'execSync').map(({ where }) => where),
      [],
    );
  });

  it('get their arguments as lists', () => {
    const isList = (node: ts.Node | undefined): boolean =>
      node !== undefined && (ts.isArrayLiteralExpression(node) || /args|quoted/i.test(node.getText()));
    assert.deepEqual(
      starts.filter(({ args }) => args.length > 1 && !isList(args[1])).map(({ where }) => where),
      [],
    );
    for (const { args, where } of starts)
      assert.ok(
        !ts.isTemplateExpression(args[0]!) || !/\s/.test(args[0].head.text),
        `${where} names a program alone`,
      );
  });

  it('go through a shell only where the list says why', () => {
    assert.deepEqual(
      [...new Set(found.flatMap(({ shells }) => shells))].sort(),
      Object.keys(throughShell).sort(),
    );
  });
});

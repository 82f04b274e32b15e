import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import * as vscode from 'vscode';
import { keyText, runTime, type SideKey } from '../../src/extension/compare/keys';
import type { RunNode, TreeNode } from '../../src/extension/views/nodes';
import { listRuns } from '../../src/files/runs';
import type { ComparisonPage } from '../../src/shared/comparison';
import type { PlanFile } from '../../src/shared/planFile';
import { answer, closeAll, folder, lab, openNew, quickExperiment, until, write, type TestApi } from './lab';
import { playPanel, type PlayedPanel } from './playedPanel';

const compare = (given?: unknown, selected?: unknown): Thenable<unknown> =>
  vscode.commands.executeCommand('adapterLab.compare', given, selected);
const labels = (): string[] =>
  vscode.window.tabGroups.all.flatMap((group) => group.tabs).map(({ label }) => label);
/** The tabs of comparisons, once one that is opened after them is there. */
async function comparisonTabs(): Promise<string[]> {
  const later = 'quickstart.adapter.yaml';
  await vscode.window.showTextDocument(vscode.Uri.file(join(folder(), later)));
  await until(() => labels().includes(later), 'the tab that came later');
  return labels().filter((label) => label.startsWith('Compare:'));
}
/** The day and time of a run as its titles have them, in the zone of the machine. */
const timeOf = (run: string): string => runTime(basename(run)) ?? 'no time';

describe('two plans side by side', function () {
  this.timeout(120_000);
  let api: TestApi;
  let experiment: string;
  let run: string;
  /** The same run once more, a day later, with another plan. */
  let later: string;
  /** A training, two days later, while a test has it. */
  let training: string;
  const open: PlayedPanel[] = [];

  before(async () => {
    api = await lab();
    experiment = join(folder(), 'quickstart.adapter.yaml');
    [run = ''] = await listRuns(experiment);
    later = join(dirname(run), basename(run).replace(/^\d{8}/, '20991123'));
    training = join(dirname(run), basename(run).replace(/^\d{8}(.*)-run$/, '20991124$1-train'));
    cpSync(run, later, { recursive: true });
    writePlan(later, (plan) => ({ ...plan, rank: 4, alpha: 8 }));
  });
  after(() => rmSync(later, { recursive: true, force: true }));
  afterEach(async () => {
    for (const one of open.splice(0)) one.close();
    answer(api, {});
    rmSync(training, { recursive: true, force: true });
    await closeAll();
  });

  type Row = PlanFile['plan']['modules'][string];
  function writePlan(at: string, change: (row: Row) => Row): void {
    const file = join(at, 'plan.json');
    const plan = JSON.parse(readFileSync(file, 'utf8')) as PlanFile;
    const rows = Object.entries(plan.plan.modules).map(([path, row]) => [path, change(row)]);
    const modules = Object.fromEntries(rows) as PlanFile['plan']['modules'];
    writeFileSync(file, JSON.stringify({ ...plan, plan: { ...plan.plan, modules } }));
  }
  /** Chooses the first item whose words match, and remembers what was offered. */
  function choosing(words: RegExp): string[] {
    const offered: string[] = [];
    answer(api, {
      pick: async (items) => {
        const all = await items;
        const said = all.map(({ label, description, detail }) => [label, description, detail].join(' | '));
        offered.push(...said);
        return all[said.findIndex((one) => words.test(one))];
      },
    });
    return offered;
  }
  const side = (kind: SideKey['kind'], path: string, isControl = false): SideKey => ({
    kind,
    path,
    isControl,
  });
  const saved = (key: SideKey): string => keyText(key, (path) => vscode.workspace.asRelativePath(path));

  /** A page that comes back after a reload, played. */
  async function restore(left: SideKey, right: SideKey): Promise<PlayedPanel> {
    const page = playPanel(() => undefined);
    open.push(page);
    const { comparisons } = await api.testing.maps();
    await comparisons.deserializeWebviewPanel(page.panel, { left: saved(left), right: saved(right) });
    page.send({ type: 'ready' });
    await until(() => page.comparison(), 'the page to be told');
    return page;
  }
  const told = (page: PlayedPanel, holds: (page: ComparisonPage) => boolean, what: string) =>
    until(() => {
      const now = page.comparison();
      return now && holds(now) ? now : undefined;
    }, what);

  it('are asked for: runs with a plan, newest first, adapters, and the uniform control', async () => {
    const offered = choosing(/Uniform control/);
    assert.deepEqual(await compare({ experiment, run }), [side('run', run), side('run', run, true)]);
    assert.match(
      offered[1] ?? '',
      /Uniform control \| every target alike, .*\| Of quickstart: Experiment of /,
    );
    const runs = offered.filter((one) => /^\S* ?Experiment, .*\| quickstart, /.test(one));
    const others = (await listRuns(experiment)).filter((one) => one !== run);
    assert.equal(runs.length, others.filter((one) => existsSync(join(one, 'plan.json'))).length);
    const newest = `| quickstart, ${timeOf(later)} | floe · 2 of 8 layers`;
    assert.ok(runs[0]?.includes(newest), runs[0]);
    assert.ok(offered.some((one) => one.includes('configs')));
    await until(() => labels().includes('Compare: quickstart-run ↔ control'), 'the tab');
    // The same once more is the same tab.
    await compare({ experiment, run });
    assert.deepEqual(await comparisonTabs(), ['Compare: quickstart-run ↔ control']);
  });

  it('are the two rows that are selected in the side bar, without a question', async () => {
    const { tree } = await api.testing.views();
    const rows = async (node?: TreeNode): Promise<TreeNode[]> => (await tree.getChildren(node)) ?? [];
    const quick = await until(
      async () => (await rows()).find(({ path }) => path === experiment),
      'the experiment',
    );
    const runs = (await until(async () => {
      const found = await rows(quick);
      return found.length === 2 ? found : undefined;
    }, 'both runs')) as RunNode[];
    const offered = choosing(/never/);
    assert.deepEqual(await compare(runs[1], [runs[1], runs[0]]), [side('run', run), side('run', later)]);
    assert.deepEqual(offered, []);
    await compare(runs[0], [...runs, quick]);
    assert.equal(api.testing.lastError()?.code, 'option-invalid');
    assert.match(String((await tree.getTreeItem(runs[0]!)).contextValue), /\bplanned\b/);
  });

  it('come back after a reload, change sides, and follow their files until one is gone', async () => {
    const page = await restore(side('run', run), side('run', later));
    const first = await told(page, ({ comparison }) => comparison !== undefined, 'the comparison');
    assert.match(first.comparison?.sentence ?? '', /Of the modules \d+ have another rank\./);
    assert.equal(first.comparison?.modules.length, 56);
    assert.equal(first.comparison?.left.scores?.length, 56);
    assert.equal(first.keys[0], saved(side('run', run)));

    page.send({ type: 'comparing', deed: 'swap' });
    const swapped = await told(page, ({ keys }) => keys[1] === first.keys[0], 'the other way round');
    assert.deepEqual(swapped.comparison?.right, first.comparison?.left);

    writePlan(later, (row) => ({ ...row, rank: 2 }));
    const rank = ({ comparison }: ComparisonPage): number | undefined =>
      Object.values(comparison?.left.plan.modules ?? {})[0]?.rank;
    await told(page, (now) => rank(now) === 2, 'the changed plan');

    const away = join(folder(), 'away');
    cpSync(later, away, { recursive: true });
    rmSync(later, { recursive: true });
    const gone = await told(page, ({ error }) => error !== undefined, 'the end of a run');
    assert.equal(gone.error?.code, 'run-not-found');
    assert.deepEqual(gone.keys, swapped.keys);
    assert.equal(gone.titles[0], `quickstart: Experiment of ${timeOf(later)}`);
    cpSync(away, later, { recursive: true });
    rmSync(away, { recursive: true });
    await told(page, ({ error }) => error === undefined, 'the run that is back');
  });

  it('may be what stands in an experiment, as it is typed', async () => {
    const path = 'model.layers.1.self_attn.q_proj';
    const text = (rank: number): string =>
      `${quickExperiment(8)}plan:\n  modules:\n    ${path}: { rank: ${rank}, alpha: 16, experts: 1 }\n`;
    const document = await openNew('compared.adapter.yaml', text(8));
    choosing(/quickstart, .* \| floe/);
    // What is before the user's eyes is the first one.
    const asked = (await compare()) as SideKey[];
    assert.deepEqual(asked[0], side('experiment', document.uri.fsPath));
    const page = await restore(side('experiment', document.uri.fsPath), side('run', run));
    const left = ({ comparison }: ComparisonPage) => comparison?.left.plan.modules[path]?.rank;
    assert.equal(left(await told(page, (now) => left(now) !== undefined, 'the plan')), 8);
    const edit = new vscode.WorkspaceEdit();
    const at = document.positionAt(document.getText().indexOf('rank: 8, alpha: 16') + 6);
    edit.replace(document.uri, new vscode.Range(at, at.translate(0, 1)), '2');
    await vscode.workspace.applyEdit(edit);
    await told(page, (now) => left(now) === 2, 'what was typed');
    await document.save();
    rmSync(document.uri.fsPath);
  });

  it('may be an adapter, by the headers of its base model', async () => {
    const page = await restore(side('adapter', join(folder(), 'configs')), side('run', run));
    const { comparison } = await told(page, (now) => now.comparison !== undefined, 'the adapter');
    assert.ok((comparison?.left.totals.modules ?? 0) > 0);
    assert.equal(comparison?.left.scores, undefined);
    assert.equal(comparison?.modules.length, 56);
  });

  it('may be a training, which made no plan and trained by what its adapters say', async () => {
    cpSync(run, training, { recursive: true });
    rmSync(join(training, 'plan.json'));
    const journal = join(training, 'events.jsonl');
    const lines = readFileSync(journal, 'utf8').split('\n');
    writeFileSync(journal, lines.filter((line) => !line.includes('"type":"plan"')).join('\n'));
    const page = await restore(side('run', training), side('run', run));
    const none = await told(page, ({ error }) => error !== undefined, 'the missing plan');
    assert.equal(none.error?.code, 'plan-missing');
    const config = readFileSync(join(folder(), 'configs', 'adapter_config.json'), 'utf8');
    const base = JSON.stringify(join(folder(), 'model'));
    mkdirSync(join(training, 'adapters', 'seed-1'), { recursive: true });
    writeFileSync(
      join(training, 'adapters', 'seed-1', 'adapter_config.json'),
      config.replace('"../model"', base),
    );
    const { comparison } = await told(page, (now) => now.comparison !== undefined, 'the trained adapter');
    assert.equal(comparison?.left.title, `quickstart: Training of ${timeOf(training)}`);
    assert.ok((comparison?.left.totals.modules ?? 0) > 0);
    const { tree } = await api.testing.views();
    const context = async (): Promise<string> => {
      const quick = ((await tree.getChildren()) ?? []).find(({ path }) => path === experiment);
      const rows = quick ? ((await tree.getChildren(quick)) ?? []) : [];
      const row = rows.find(({ path }) => path === training);
      return String(row && (await tree.getTreeItem(row)).contextValue);
    };
    await until(async () => /\bplanned\b/.test(await context()), 'the row in the side bar');
  });

  it('are refused where their models differ, without a page', async () => {
    const plan = JSON.parse(readFileSync(join(run, 'plan.json'), 'utf8')) as PlanFile;
    const modules = { 'h.0.attn.c_attn': { rank: 4, alpha: 8, experts: 1 } };
    const file = write('other-plan.json', JSON.stringify({ ...plan, plan: { modules, shared: [] } }));
    choosing(/other-plan\.json/);
    await compare({ experiment, run });
    const error = api.testing.lastError();
    assert.equal(error?.code, 'models-differ');
    assert.match(error?.message ?? '', /are of different models: only one of them has h\.0\.attn\.c_attn\.$/);
    assert.deepEqual(await comparisonTabs(), []);
    rmSync(file.fsPath);
  });

  it('are none where the user gives up', async () => {
    assert.equal(await compare({ experiment, run }), undefined);
    assert.deepEqual(await comparisonTabs(), []);
  });
});

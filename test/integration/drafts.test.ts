import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as vscode from 'vscode';
import type { DraftPage } from '../../src/extension/panel/draftPage';
import type { Draft, DraftChange } from '../../src/shared/draft';
import type { PlanFile } from '../../src/shared/planFile';
import type { RunEvent } from '../../src/shared/runEvents';
import { listRuns } from '../../src/files/runs';
import { answer, closeAll, eventsOf, folder, lab, until, type TestApi } from './lab';

/** A page that is played: what it is told, and what it asks for. */
interface Played {
  readonly page: DraftPage;
  readonly drafts: (Draft | undefined)[];
  /** The number of the change that each draft says it answers. */
  readonly answered: (number | undefined)[];
  /** Asks, and waits for a draft of which something holds. */
  ask(change: DraftChange, holds: (draft: Draft) => boolean): Promise<Draft>;
  apply(): Promise<Draft>;
}

/** The last change has this name. */
const isAfter =
  (label: string | undefined) =>
  (draft: Draft): boolean =>
    draft.undo === label && draft.refused === undefined;

describe('a plan that is edited on a page', function () {
  this.timeout(120_000);
  const file = (): string => join(folder(), 'quickstart.adapter.yaml');
  let api: TestApi;
  let run: string;
  let experiment: string;
  let planText: string;
  let journal: string;

  before(async () => {
    api = await lab();
    [run = ''] = await listRuns(file());
    experiment = readFileSync(file(), 'utf8');
    planText = readFileSync(join(run, 'plan.json'), 'utf8');
    journal = readFileSync(join(run, 'events.jsonl'), 'utf8');
  });
  afterEach(async () => {
    answer(api, {});
    await closeAll();
    await rewrite(experiment);
    writeFileSync(join(run, 'plan.json'), planText);
    writeFileSync(join(run, 'events.jsonl'), journal);
    rmSync(join(folder(), 'map.png'), { force: true });
  });

  async function play(): Promise<Played> {
    const { drafts: keeper } = await api.testing.maps();
    const drafts: (Draft | undefined)[] = [];
    const answered: (number | undefined)[] = [];
    const page: DraftPage = {
      experiment: vscode.Uri.file(file()),
      run,
      post: (message) => {
        assert.ok(message.type === 'draft');
        assert.equal(message.run, basename(run));
        drafts.push(message.draft);
        answered.push(message.answered);
      },
    };
    const next = async (cause: () => void, holds: (draft: Draft) => boolean): Promise<Draft> => {
      const before = drafts.length;
      cause();
      return until(() => drafts.slice(before).find((draft) => draft && holds(draft)), 'a draft');
    };
    const events: RunEvent[] = eventsOf(run);
    const heading = { kind: 'run', run: basename(run), experiment: '', recorded: true } as const;
    const open = { type: 'open', heading, events, trusted: true, palette: 'theme' } as const;
    await next(
      () => keeper.told(page, open),
      () => true,
    );
    return {
      page,
      drafts,
      answered,
      ask: (change, holds) => next(() => keeper.asked(page, { type: 'change', change }), holds),
      apply: () =>
        next(
          () => keeper.asked(page, { type: 'action', action: 'apply' }),
          ({ isApplied }) => isApplied,
        ),
    };
  }
  const ofRun = (): PlanFile => JSON.parse(readFileSync(join(run, 'plan.json'), 'utf8')) as PlanFile;
  /** Takes every change back. */
  const taken = async ({ ask, drafts }: Played): Promise<void> => {
    for (let { undo } = drafts.at(-1) ?? {}; undo !== undefined;)
      ({ undo } = await ask({ change: 'undo' }, (draft) => draft.undo !== undo));
  };
  /** Writes the experiment, and waits until VS Code has noticed where it has it open. */
  const rewrite = async (text: string): Promise<void> => {
    writeFileSync(file(), text);
    await until(
      async () => (await vscode.workspace.openTextDocument(file())).getText() === text,
      'the changed experiment',
    );
  };

  it("begins with the run's, says what is used of the budget and what the uniform control is", async () => {
    const played = await play();
    const draft = played.drafts.at(-1)!;
    assert.deepEqual(draft.plan, ofRun().plan);
    assert.deepEqual(draft.totals, ofRun().totals);
    assert.equal(draft.method, 'floe');
    assert.equal(draft.isApplied, false);
    assert.equal(draft.file, 'quickstart.adapter.yaml');
    assert.equal(draft.readOnly, undefined);
    const [layers] = draft.limits;
    const { layers: used } = ofRun().totals;
    assert.deepEqual(layers, { limit: 'layers', most: layers!.most, used, share: 0.25 });
    assert.ok(draft.control && draft.control.parameters <= draft.totals.parameters);
    const asked = draft.methods.filter(({ reason }) => reason === undefined).map(({ method }) => method);
    assert.deepEqual(asked, ['floe', 'lora-smoe', 'proportional', 'uniform', 'depth-linear', 'depth-groups']);
    (await api.testing.maps()).drafts.closed(played.page);
  });

  it('is changed, allocated anew from the stored scores, taken back and brought again', async () => {
    const played = await play();
    const [path, row] = Object.entries(ofRun().plan.modules)[0]!;
    const changed = await played.ask(
      { change: 'rows', label: 'rank of it', rows: { [path]: { rank: 4, locked: true } } },
      isAfter('rank of it'),
    );
    assert.deepEqual(changed.plan.modules[path], {
      ...row,
      rank: 4,
      alpha: (row.alpha * 4) / row.rank,
      locked: true,
    });
    assert.deepEqual([changed.byHand, changed.undo], [true, 'rank of it']);
    const label = 'allocation by uniform under 20,000 parameters, without a limit on layers';
    const uniform = await played.ask(
      { change: 'allocate', method: 'uniform', budget: { layers: null, parameters: 20_000 } },
      isAfter(label),
    );
    assert.deepEqual(uniform.plan.modules[path], changed.plan.modules[path]);
    assert.ok(uniform.totals.parameters <= 20_000);
    assert.deepEqual(
      uniform.limits.map(({ limit }) => limit),
      ['parameters'],
    );
    const refused = await played.ask(
      { change: 'allocate', method: 'eva' },
      ({ refused: why }) => why !== undefined,
    );
    assert.equal(refused.refused?.code, 'method-unavailable');
    assert.deepEqual(refused.plan, uniform.plan);
    const back = await played.ask({ change: 'undo' }, isAfter('rank of it'));
    assert.deepEqual(back.plan, changed.plan);
    assert.equal(back.redo, label);
    assert.deepEqual((await played.ask({ change: 'redo' }, isAfter(label))).plan, uniform.plan);
    // A page that is hidden and shown again has it all.
    const again = await play();
    assert.deepEqual(again.drafts.at(-1)?.plan, uniform.plan);
    await taken(again);
    assert.deepEqual(again.drafts.at(-1)?.plan, ofRun().plan);
  });

  it('says which change of the page a draft answers, also where it is refused', async () => {
    const played = await play();
    const { drafts: keeper } = await api.testing.maps();
    assert.equal(played.answered.at(-1), undefined);
    keeper.asked(played.page, { type: 'change', change: { change: 'allocate', method: 'eva' }, number: 3 });
    await until(() => played.answered.at(-1) === 3, 'the answer');
    assert.equal(played.drafts.at(-1)?.refused?.code, 'method-unavailable');
    keeper.asked(played.page, { type: 'change', change: { change: 'undo' }, number: 4 });
    await until(() => played.answered.at(-1) === 4, 'the next answer');
    assert.equal(played.drafts.at(-1)?.refused, undefined);
  });

  it('goes into the experiment as one change, and is noted in the run', async () => {
    const played = await play();
    await played.ask(
      { change: 'allocate', method: 'depth-linear', budget: { layers: { count: 3 } } },
      isAfter('allocation by depth-linear under 3 layers'),
    );
    const mine = await played.ask(
      {
        change: 'rows',
        label: 'one',
        rows: { 'model.layers.0.self_attn.q_proj': { rank: 2, locked: true } },
      },
      isAfter('one'),
    );
    const before = api.testing.lastError();
    const applied = await played.apply();
    assert.equal(applied.isApplied, true);
    assert.deepEqual(api.testing.lastError(), before);
    const text = readFileSync(file(), 'utf8');
    assert.ok(text.startsWith(experiment.slice(0, experiment.indexOf('budget:'))));
    assert.match(text, /^budget: \{ layers: 3 \} # a quarter of the layers$/m);
    assert.match(
      text,
      /model\.layers\.0\.self_attn\.q_proj: \{ rank: 2, alpha: 4, experts: \d, locked: true \}/,
    );
    const noted = ofRun();
    assert.deepEqual(noted.plan, mine.plan);
    assert.equal(noted.byHand, true);
    const plans = eventsOf(run).filter((event) => event.type === 'plan');
    assert.deepEqual(plans.at(-1)?.plan, noted);
    assert.match(readFileSync(join(run, 'report.md'), 'utf8'), /Changed by hand/);
    const document = await vscode.workspace.openTextDocument(file());
    assert.equal(document.isDirty, false);
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand('undo');
    assert.equal(document.getText(), experiment);
    // The page hears of it.
    await until(() => played.drafts.at(-1)?.isApplied === false, 'the draft to be no longer applied');
    await document.save();
    await taken(played);
  });

  it('unlocks rows of the experiment that were unlocked on the page', async () => {
    const path = 'model.layers.1.self_attn.q_proj';
    await rewrite(
      `${experiment}plan:\n  modules:\n    ${path}: { rank: 8, alpha: 16, experts: 1, locked: true }\n`,
    );
    const played = await play();
    await played.ask({ change: 'allocate', method: 'uniform' }, isAfter('allocation by uniform'));
    await played.apply();
    assert.doesNotMatch(readFileSync(file(), 'utf8'), /locked/);
    await taken(played);
  });

  it('may not be changed while the experiment has an error, and says so', async () => {
    await rewrite(experiment.replace('version: 1', 'version: 7'));
    const played = await play();
    const draft = await played.ask(
      { change: 'allocate', method: 'uniform' },
      ({ refused }) => refused !== undefined,
    );
    assert.match(draft.readOnly ?? '', /quickstart\.adapter\.yaml has an error in line 3/);
    assert.match(draft.refused?.message ?? '', /has an error in line 3/);
    writeFileSync(file(), experiment);
    await until(
      () => played.drafts.at(-1)?.readOnly === undefined,
      'the page to be told that it is corrected',
    );
  });

  it('is copied and its picture saved, of a PNG and nothing else', async () => {
    const played = await play();
    const { drafts: keeper } = await api.testing.maps();
    keeper.asked(played.page, { type: 'copy', text: 'a,b\n', what: 'the map as CSV' });
    await until(async () => (await vscode.env.clipboard.readText()) === 'a,b\n', 'the clipboard');
    const target = join(folder(), 'map.png');
    const names: string[] = [];
    answer(api, {
      save: (options) => {
        names.push(basename(options.defaultUri?.fsPath ?? ''));
        return Promise.resolve(vscode.Uri.file(target));
      },
    });
    const png = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1, 2, 3]);
    const url = (bytes: Buffer): string => `data:image/png;base64,${bytes.toString('base64')}`;
    keeper.asked(played.page, { type: 'picture', name: '../../evil map', png: url(png) });
    await until(() => existsSync(target), 'the picture');
    assert.deepEqual(readFileSync(target), png);
    assert.deepEqual(names, ['evil-map.png']);
    keeper.asked(played.page, { type: 'picture', name: 'x', png: url(Buffer.from('<svg>')) });
    await until(() => /no PNG/.test(api.testing.lastError()?.message ?? ''), 'the error');
  });
});

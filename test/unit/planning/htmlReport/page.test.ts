import fc from 'fast-check';
import assert from 'node:assert/strict';
import { htmlReport, pagePolicy } from '../../../../src/planning/htmlReport/page';
import { layerCells } from '../../../../src/planning/report';
import { searchCells } from '../../../../src/planning/searchReport';
import { trainingCells } from '../../../../src/planning/trainingReport';
import { armCells, controlCells } from '../../../../src/planning/verdictReport';
import { formatShare } from '../../../../src/shared/format';
import { emptyRun, type RunState } from '../../../../src/shared/runState';
import { begin, deepestModel, finish, score, smallModel, stateOf, train } from '../../webview/sampleRuns';
import { search, searchEnd } from '../../webview/sampleSearch';
import { trained, training } from '../../webview/trainings';
import { judgedRun, lossMetric, oneControl, threeControls, verdictOf } from '../sampleVerdict';
import { all, captionOf, cellsOf, parse, textOf, type Parsed } from './parsed';
import { sampleManifest } from './sampleManifest';

const scored = stateOf(begin(smallModel), score(smallModel, 3), finish(smallModel, [3, 7]));
const searched = stateOf(begin(smallModel), score(smallModel, 3), search(5), searchEnd());
const states: Readonly<Record<string, RunState>> = {
  empty: emptyRun,
  begun: stateOf(begin(smallModel)),
  scored,
  'scored and judged': { ...scored, verdict: verdictOf(threeControls) },
  deep: stateOf(begin(deepestModel), score(deepestModel, 2), finish(deepestModel, [5, 99])),
  searched,
  trained: stateOf(begin(smallModel, undefined, 'train'), train(smallModel)),
  'judged against three': judgedRun(threeControls),
  'judged against one': judgedRun(oneControl),
  'judged by loss': judgedRun(lossMetric),
  ...Object.fromEntries(trained.map((name) => [name, stateOf(training(name))])),
};

const pageOf = (state: RunState): Parsed => parse(htmlReport(state, sampleManifest()));
const headings = (page: Parsed): string[] => all(page, 'h2').map(textOf);
const tableOf = (page: Parsed, caption: RegExp): string[][] => {
  const found = all(page, 'table').find((table) => caption.test(captionOf(table)));
  assert.ok(found, String(caption));
  return cellsOf(found);
};
const figureOf = (page: Parsed, id: string): Parsed => {
  const found = all(page, 'svg').find(
    (svg) => svg.attributes.get('aria-labelledby') === `${id}-title ${id}-description`,
  );
  assert.ok(found, id);
  return found;
};

describe('the report as a page', () => {
  for (const [name, state] of Object.entries(states)) {
    it(`is well-formed, loads nothing and runs nothing: ${name}`, () => {
      const text = htmlReport(state, sampleManifest());
      const page = parse(text);
      assert.equal(page.name, 'html');
      const names = new Set<string>();
      const visit = (node: Parsed): void => {
        names.add(node.name);
        for (const [key] of node.attributes) assert.doesNotMatch(key, /^(?:on|src|href|xlink|style)/);
        for (const child of node.children) if (typeof child !== 'string') visit(child);
      };
      visit(page);
      for (const loads of ['script', 'link', 'img', 'iframe', 'image', 'use', 'object', 'a', 'base'])
        assert.ok(!names.has(loads), loads);
      const [style] = all(page, 'style').map(textOf);
      assert.doesNotMatch(style ?? '', /url\(|@import|http/);
      // The namespace of SVG is a name and nothing that is loaded.
      assert.doesNotMatch(text.replaceAll('xmlns="http://www.w3.org/2000/svg"', ''), /https?:/);
      const policy = all(page, 'meta').find((meta) => meta.attributes.has('http-equiv'));
      assert.equal(policy?.attributes.get('content'), pagePolicy);
    });

    it(`has figures with names and finite numbers, and tables of whole rows: ${name}`, () => {
      const page = pageOf(state);
      const ids = new Set<string>();
      for (const svg of all(page, 'svg')) {
        const [title, description] = (svg.attributes.get('aria-labelledby') ?? '').split(' ');
        assert.equal(svg.attributes.get('role'), 'img');
        const [first, second] = svg.children as Parsed[];
        assert.deepEqual([first?.name, first?.attributes.get('id')], ['title', title]);
        assert.deepEqual([second?.name, second?.attributes.get('id')], ['desc', description]);
        assert.ok(textOf(first!).length > 5 && textOf(second!).length > 20);
        assert.ok(!ids.has(title!), 'ids are of one figure');
        ids.add(title!);
        const visit = (node: Parsed): void => {
          for (const [key, value] of node.attributes)
            assert.doesNotMatch(value, /NaN|Infinity|undefined/, `${node.name} ${key}`);
          for (const key of ['width', 'height', 'r'])
            assert.ok(Number(node.attributes.get(key) ?? 0) >= 0, `${node.name} ${key}`);
          for (const child of node.children) if (typeof child !== 'string') visit(child);
        };
        visit(svg);
      }
      for (const table of all(page, 'table')) {
        const [head, ...rows] = cellsOf(table);
        assert.ok(rows.length > 0, captionOf(table));
        for (const row of rows) assert.equal(row.length, head?.length, captionOf(table));
      }
      const numbered = all(page, 'table').map((table) => /^Table (\d+)\./.exec(captionOf(table))?.[1]);
      assert.deepEqual(
        numbered,
        numbered.map((_, at) => String(at + 1)),
      );
      assert.doesNotMatch(textOf(all(page, 'main')[0]!), /undefined|NaN|\[object/);
    });
  }

  it('leaves out what a run has nothing of', () => {
    assert.deepEqual(headings(pageOf(emptyRun)), ['Provenance']);
    assert.deepEqual(headings(pageOf(states['begun']!)), ['Provenance']);
    const page = pageOf(scored);
    assert.ok(headings(page).includes('Layers and plan'));
    for (const missing of ['Verdict', 'Rank search', 'Trainings', 'Results', 'Table for LaTeX'])
      assert.ok(!headings(page).includes(missing), missing);
  });

  it('says the numbers of the state in its tables', () => {
    assert.deepEqual(tableOf(pageOf(scored), /^Table 1\. Layers: share of the score/), layerCells(scored));
    assert.deepEqual(tableOf(pageOf(searched), /Trials of the search/), searchCells(searched));
    const lily = states['lily']!;
    assert.deepEqual(tableOf(pageOf(lily), /against the base model/), trainingCells(lily));
    for (const state of [judgedRun(threeControls), judgedRun(oneControl), judgedRun(lossMetric)]) {
      const page = pageOf(state);
      assert.deepEqual(tableOf(page, /The plan and its controls/), armCells(state.verdict!));
      assert.deepEqual(tableOf(page, /The plan less each control/), controlCells(state.verdict!));
      const { words, answers } = state.verdict!;
      const text = textOf(page);
      for (const said of [words, ...answers.map((answer) => answer.words)]) assert.ok(text.includes(said));
    }
  });

  it('draws one cell a module, with a frame and its row where it has an adapter', () => {
    const map = figureOf(pageOf(scored), 'map');
    const ofKind = (name: string): Parsed[] =>
      all(map, 'rect').filter(({ attributes }) => attributes.get('class') === name);
    const rows = Object.values(scored.plan!.plan.modules);
    const isOfLegend = ({ children }: Parsed): boolean => children.length === 0;
    assert.equal(ofKind('cell').filter((cell) => !isOfLegend(cell)).length, scored.modules.length);
    assert.equal(ofKind('planned').length, rows.length + 1, 'and one of the legend');
    const texts = all(map, 'text').map(textOf);
    for (const { rank, experts } of rows)
      assert.ok(texts.includes(experts === 1 ? `${rank}` : `${rank}×${experts}`));
    const table = tableOf(pageOf(scored), /Share of the score by module/);
    const sum = table
      .slice(1)
      .flatMap((row) => row.slice(1).map((cell) => Number.parseFloat(cell)))
      .reduce((total, share) => total + share, 0);
    assert.ok(Math.abs(sum - 100) < 0.05 * scored.modules.length, String(sum));
  });

  it('draws a verdict to scale: the interval about the mean, seeds, nothing and the margin', () => {
    const state = judgedRun(threeControls);
    const figure = figureOf(pageOf(state), 'verdict');
    const { comparisons, margin } = state.verdict!;
    const numbers = (of: Parsed, ...keys: string[]): number[] =>
      keys.map((key) => Number(of.attributes.get(key)));
    const lines = all(figure, 'line');
    const ofKind = (kind: string): Parsed[] => lines.filter((one) => one.attributes.get('class') === kind);
    const [zero = NaN] = numbers(ofKind('zero')[0]!, 'x1');
    const [from = NaN, to = NaN] = ofKind('band-edge').map((one) => numbers(one, 'x1')[0]!);
    const scale = (to - zero) / margin;
    assert.ok(Math.abs(zero - from - (to - zero)) < 0.1);
    const intervals = ofKind('interval').filter((one) => {
      const [y1, y2] = numbers(one, 'y1', 'y2');
      return y1 === y2;
    });
    assert.equal(intervals.length, comparisons.length);
    comparisons.forEach(({ interval }, at) => {
      const [x1 = NaN, x2 = NaN] = numbers(intervals[at]!, 'x1', 'x2');
      assert.ok(Math.abs(x1 - (zero + scale * interval[0])) < 0.5);
      assert.ok(Math.abs(x2 - (zero + scale * interval[1])) < 0.5);
    });
    const seeds = all(figure, 'circle').map((circle) => numbers(circle, 'cx')[0]!);
    const expected = comparisons.flatMap(({ bySeed }) => bySeed.map((value) => zero + scale * value));
    assert.equal(seeds.length, expected.length);
    seeds.forEach((x, at) => assert.ok(Math.abs(x - expected[at]!) < 0.5));
    const texts = all(figure, 'text').map(textOf);
    assert.ok(texts.includes('plan is better →') && texts.includes('better'));
    const byLoss = all(figureOf(pageOf(judgedRun(lossMetric)), 'verdict'), 'text').map(textOf);
    assert.ok(byLoss.includes('← plan is better'));
  });

  it('draws curves of arms by color, dashes and marks', () => {
    const figure = figureOf(pageOf(judgedRun(threeControls)), 'curves');
    const curves = all(figure, 'polyline').filter(({ attributes }) =>
      /^curve c\d$/.test(attributes.get('class') ?? ''),
    );
    const dashes = new Map<string, Set<string>>();
    for (const { attributes } of curves) {
      const kind = attributes.get('class')!;
      dashes.set(kind, (dashes.get(kind) ?? new Set()).add(attributes.get('stroke-dasharray') ?? ''));
    }
    assert.equal(dashes.size, 4);
    assert.equal(new Set([...dashes.values()].map((of) => [...of].join())).size, 4, 'each its own');
    const texts = all(figure, 'text').map(textOf);
    for (const arm of ['Plan', 'Uniform', 'Random layers', 'All layers']) assert.ok(texts.includes(arm));
  });

  it('marks the best trial of a search', () => {
    const figure = figureOf(pageOf(searched), 'search');
    const isBest = ({ attributes }: Parsed): boolean => attributes.get('class') === 'best';
    assert.equal(all(figure, 'circle').filter(isBest).length, 3, 'in both panels and in the legend');
    assert.ok(all(figure, 'text').map(textOf).includes('3, best'));
    assert.match(textOf(figure), /The best is trial 3: rank 8, 50 % of layers: 91\.2 % accuracy/);
  });

  it('cites what the run used and nothing else, in the order of the text', () => {
    const cited = (state: RunState): string => all(pageOf(state), 'ol').map(textOf).join();
    assert.match(cited(scored), /2506\.00495.*2505\.06272/);
    assert.doesNotMatch(cited(scored), /Owen|Pocock|Letham|2106\.09685/);
    assert.match(cited(judgedRun(threeControls)), /2106\.09685.*2404\.19245.*Owen 2007.*Pocock 1977/);
    assert.doesNotMatch(cited(judgedRun({ ...oneControl, seeds: 2 })), /Pocock/);
    assert.match(cited(states['search']!), /Letham/);
    assert.doesNotMatch(cited(searched), /Letham/, 'no trial of it was proposed by a model');
    assert.match(cited(states['adalora']!), /2303\.10512/);
    assert.match(cited(states['lily']!), /2407\.09946/);
    assert.match(cited(states['dynamic-lora']!), /2501\.14859/);
    assert.match(cited({ ...scored, labels: 'empirical', estimator: 'eva' }), /2410\.07170/);
    const text = textOf(pageOf(judgedRun(threeControls)));
    const marks = [...text.matchAll(/\[(\d+(?:, \d+)*)\]/g)].flatMap(([, numbers]) => numbers!.split(', '));
    assert.deepEqual([...new Set(marks)], ['1', '2', '3', '4']);
  });

  it('says where the run is from', () => {
    const command = 'adapter-lab run mail.adapter.yaml';
    const text = textOf(parse(htmlReport(scored, sampleManifest({ command }))));
    assert.ok(text.includes(command));
    const { id, versions, inputs } = sampleManifest();
    for (const said of [id, versions.adapterLab, versions.node, versions.tfjs, 'Seed7', 'native'])
      assert.ok(text.includes(said), said);
    for (const hash of [inputs.experimentHash, inputs.modelHash, inputs.tasks[0]!.hash])
      assert.ok(text.includes(hash), hash);
    assert.match(text, /Data, spam: spam\.jsonlsha256:ccc/);
    assert.doesNotMatch(text, /\.\.\/\.\./);
  });

  it('escapes whatever names and texts hold', () => {
    const marks = fc.array(
      fc.oneof(
        fc.constantFrom('<', '>', '&', '"', "'", '</style>', '<script>', ']]>', '&amp;', '\u0000', '\ud800'),
        fc.string({ unit: 'grapheme', maxLength: 4 }),
      ),
      { minLength: 1, maxLength: 6 },
    );
    const name = marks.map((parts) => parts.join(''));
    fc.assert(
      fc.property(name, name, name, (one, two, three) => {
        const run = judgedRun(oneControl);
        const verdict = {
          ...run.verdict!,
          words: two,
          tasks: [{ name: three, examples: 3 }],
          answers: [{ question: one, words: two }],
        };
        const state: RunState = {
          ...scored,
          experiment: one,
          verdict,
          notes: [two, three],
          device: { ...scored.device!, description: three },
          tasks: scored.tasks.map((task, at) => ({ ...task, name: `${one}${at}` })),
          modules: scored.modules.map((module) => ({ ...module, path: `${module.path}${two}` })),
          trials: run.trials.map((trial) => ({ ...trial, name: `${trial.name}${three}` })),
          searched: searched.searched,
          searchEnd: { words: one, best: 2 },
          job: 'search',
        };
        const manifest = sampleManifest({ id: one });
        const page = parse(
          htmlReport(state, {
            ...manifest,
            inputs: { ...manifest.inputs, tasks: [{ name: two, file: three, hash: one }] },
          }),
        );
        assert.equal(all(page, 'script').length, 0);
        assert.equal(all(page, 'style').length, 1);
        const [title] = all(page, 'h1').map(textOf);
        // eslint-disable-next-line no-control-regex
        if (!/[\u0000-\u001f\u007f-\u009f\ufffe\uffff\ud800-\udfff]/.test(one)) assert.equal(title, one);
      }),
      { numRuns: 40 },
    );
  });

  it('is the same for the same run', () => {
    assert.equal(htmlReport(scored, sampleManifest()), htmlReport(scored, sampleManifest()));
  });

  it('shows shares of layers as they are ranked', () => {
    const texts = all(figureOf(pageOf(scored), 'map'), 'text').map(textOf);
    for (const row of layerCells(scored).slice(1))
      assert.ok(texts.includes(row[1]!.replace(' %', '')), row[1]);
    assert.equal(formatShare(0.1), '10.0 %');
  });
});

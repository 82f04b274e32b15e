import { counted } from '../../shared/format';
import { jobTitles } from '../../shared/jobTitles';
import type { RunManifest } from '../../shared/runManifest';
import type { RunState } from '../../shared/runState';
import { accuracyWords } from '../../shared/trialState';
import { factsOf } from '../facts';
import { verdictLatex } from '../latexTable';
import { isMeasured } from '../../shared/verdictWords';
import { element, Markup, textOf } from './markup';
import { methodParagraphs } from './methods';
import { Numbering } from './numbering';
import { paper } from './paper';
import { provenanceList } from './provenance';
import { References } from './references';
import { mapPart, searchPart, trainingPart, verdictPart } from './sections';

/** What a page may do: be styled by what stands in it. No script, and nothing is loaded. */
export const pagePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/**
 * The report of a run as one file of HTML that opens from disk and prints: facts, figures with their numbers as tables, methods with what
 * they cite, and where the run is from. Pure; parts that a run has nothing for are left out.
 */
export function htmlReport(state: RunState, manifest: RunManifest): string {
  const title = `${state.experiment}: ${state.job === undefined ? 'run' : jobTitles[state.job].toLowerCase()}`;
  const number = new Numbering();
  // What came of it stands before what it was made of.
  const parts = state.job === 'train' ? [trainingPart, mapPart] : [mapPart, searchPart, trainingPart];
  const page = element(
    'html',
    { lang: 'en' },
    element(
      'head',
      {},
      element('meta', { charset: 'utf-8' }),
      element('meta', { 'http-equiv': 'Content-Security-Policy', content: pagePolicy }),
      element('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
      element('title', {}, title),
      // Our own text, in which no mark of HTML stands.
      element('style', {}, new Markup(paper)),
    ),
    element(
      'body',
      {},
      element(
        'main',
        {},
        element('p', { class: 'eyebrow' }, eyebrow(state, manifest)),
        element('h1', {}, state.experiment),
        leadOf(state).map((words) => element('p', { class: 'lead' }, words)),
        factList(state),
        verdictPart(state, number),
        parts.map((part) => part(state, number)),
        notePart(state),
        methodPart(state),
        latexPart(state, manifest),
        element('div', { class: 'together' }, element('h2', {}, 'Provenance'), provenanceList(manifest)),
        element('footer', {}, `Made by Adapter Lab ${manifest.versions.adapterLab} from the run’s journal.`),
      ),
    ),
  );
  return `<!doctype html>\n${textOf(page)}\n`;
}

/** The table of a verdict for papers; undefined where a run judged nothing, or trained nothing for it. */
export const latexOf = ({ verdict }: RunState, { id, versions }: RunManifest): string | undefined =>
  verdict === undefined || !isMeasured(verdict)
    ? undefined
    : verdictLatex(verdict, `Adapter Lab ${versions.adapterLab}, run ${id}`);

const eyebrow = ({ job }: RunState, { createdAt }: RunManifest): string =>
  [
    'Adapter Lab',
    ...(job === undefined ? [] : [jobTitles[job]]),
    // As it stands in the record: a report says the same wherever it is opened.
    createdAt.slice(0, 10),
  ].join(' · ');

/** What came of a training, in a sentence; other results have one where they stand. */
function leadOf(state: RunState): string[] {
  const words = state.job === 'train' ? accuracyWords(state.trials) : undefined;
  const { length } = state.trials;
  return words === undefined ? [] : [`${counted(length, 'adapter')} trained; ${words} on validation data.`];
}

const factList = (state: RunState): Markup | undefined => {
  const facts = factsOf(state);
  return facts.length === 0
    ? undefined
    : element(
        'dl',
        { class: 'facts' },
        facts.map(([name, words]) => [element('dt', {}, name), element('dd', {}, words)]),
      );
};

function notePart({ notes }: RunState): readonly Markup[] {
  if (notes.length === 0) return [];
  return [
    element('h2', {}, 'Notes'),
    element(
      'ul',
      {},
      notes.map((note) => element('li', {}, note)),
    ),
  ];
}

function methodPart(state: RunState): readonly Markup[] {
  const refs = new References();
  const paragraphs = methodParagraphs(state, refs);
  if (paragraphs.length === 0) return [];
  return [
    element('h2', {}, 'Methods'),
    ...paragraphs.map((words) => element('p', {}, words)),
    ...(refs.list.length === 0
      ? []
      : [
          element('h2', {}, 'References'),
          element(
            'ol',
            { class: 'references' },
            refs.list.map((work) => element('li', {}, work)),
          ),
        ]),
  ];
}

function latexPart(state: RunState, manifest: RunManifest): readonly Markup[] {
  const latex = latexOf(state, manifest);
  if (latex === undefined) return [];
  return [
    element('h2', {}, 'Table for LaTeX'),
    element('p', {}, 'The same stands in report.tex, beside this page.'),
    element('pre', {}, latex),
  ];
}

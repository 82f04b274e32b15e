import type * as vscode from 'vscode';
import { experimentAnchors, type ExperimentAnchors } from '../../configs/experiment/locate';
import { parseExperiment, type ParsedExperiment } from '../../configs/experiment/parse';

interface Entry {
  readonly version: number;
  parsed?: ParsedExperiment;
  anchors?: ExperimentAnchors;
}

/** One document is asked for by five features at every keystroke; each version of it is parsed once. */
const entries = new WeakMap<vscode.TextDocument, Entry>();

function entryOf(document: vscode.TextDocument): Entry {
  const known = entries.get(document);
  if (known?.version === document.version) return known;
  const entry: Entry = { version: document.version };
  entries.set(document, entry);
  return entry;
}

/** The document as an experiment, with its issues. */
export function parsed(document: vscode.TextDocument): ParsedExperiment {
  const entry = entryOf(document);
  return (entry.parsed ??= parseExperiment(document.getText(), document.uri.fsPath));
}

/** The places in the document that lenses, hints and hovers hang on; also there while it does not parse. */
export function anchors(document: vscode.TextDocument): ExperimentAnchors {
  const entry = entryOf(document);
  return (entry.anchors ??= experimentAnchors(document.getText()));
}

import type * as vscode from 'vscode';
import type { TrainerConfig } from '../../configs/trainers/description';
import { factsOf, type ConfigFacts, type PathScores } from '../../configs/trainers/facts';
import type { SyntaxFault } from '../../configs/trainers/tree';
import type { BaseModels, FoundBase } from './baseModels';
import { configsOf } from './configs';

/** One adapter that a document asks for, with what it comes to on its model. */
export interface Seen {
  readonly config: TrainerConfig;
  readonly base: FoundBase;
  readonly facts: ConfigFacts;
}

export interface Look {
  readonly seen: readonly Seen[];
  readonly faults: readonly SyntaxFault[];
}

/**
 * Looks at documents. Matching some thousand modules against some hundred patterns is done once for each version of a document
 * and of its model.
 */
export class Looks {
  private readonly known = new WeakMap<
    vscode.TextDocument,
    { readonly key: readonly unknown[]; look: Look }
  >();

  /** @param scores of the newest run of a config's experiment, by file */
  constructor(
    private readonly models: BaseModels,
    private readonly scores: (file: string) => Promise<PathScores | undefined>,
  ) {}

  /** Never rejects. */
  async at(document: vscode.TextDocument): Promise<Look> {
    const read = await configsOf(document);
    if (read.configs.length === 0) return { seen: [], faults: read.faults };
    const [scores, ...bases] = await Promise.all([
      this.scores(document.uri.fsPath).catch(() => undefined),
      ...read.configs.map((config) => this.models.of(document, config)),
    ]);
    const key = [read, scores, ...bases.map((base) => (base.kind === 'found' ? base.model : base.kind))];
    const before = this.known.get(document);
    if (before && sameItems(before.key, key)) return before.look;
    const text = document.getText();
    const seen = read.configs.map((config, index): Seen => {
      const base = bases[index] ?? { kind: 'unnamed' };
      const model = base.kind === 'found' ? base.model : undefined;
      return { config, base, facts: factsOf({ text, config, base: model, scores }) };
    });
    const look = { seen, faults: read.faults };
    this.known.set(document, { key, look });
    return look;
  }
}

const sameItems = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((item, index) => item === b[index]);

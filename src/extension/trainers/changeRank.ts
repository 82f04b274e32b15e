import * as vscode from 'vscode';
import { planEdits } from '../../configs/experiment/editPlan';
import type { TextEdit } from '../../configs/text/textEdit';
import { resolve } from '../../configs/trainers/resolve';
import { LabError } from '../../shared/errors';
import { formatCount, formatShare } from '../../shared/format';
import type { Module } from '../../shared/words';
import type { ModelCache } from '../editor/modelFacts';
import { parsed } from '../editor/parsed';
import { requireTrust } from '../trust';
import type { Looks } from './look';
import type { TrainerParts } from './parts';
import { applyTo } from './positions';
import { adapterCosts, ranksAround, rowCosts, scaleText, withRank } from './rankChoices';
import { configRanks, experimentRanks, type RankOf } from './rankPlaces';

/** What can be chosen for one rank, and what choosing it edits. */
interface Ranked {
  readonly title: string;
  readonly current: number;
  readonly ranks: readonly number[];
  costs(rank: number): string | undefined;
  edits(rank: number): readonly TextEdit[];
}

/**
 * Lets the user pick another rank, with what each would cost, and writes it as the smallest edit there is.
 *
 * @returns the rank; undefined where none was picked, or where the text no longer has this one
 */
export async function changeRank(
  parts: TrainerParts & { readonly looks: Looks; readonly models: ModelCache },
  uri: vscode.Uri,
  of: RankOf,
): Promise<number | undefined> {
  requireTrust();
  const document = await vscode.workspace.openTextDocument(uri);
  const { ranked, version } = await rankedNow(parts, document, of);
  if (!ranked) return undefined;
  const rank = await pickRank(parts, ranked);
  if (rank === undefined || rank === ranked.current) return undefined;
  // Whoever types while the list is open would have the edit in the wrong place.
  const now = document.version === version ? ranked : (await rankedNow(parts, document, of)).ranked;
  if (!now) return undefined;
  await applyTo(document, now.edits(rank));
  return rank;
}

async function pickRank({ dialogs }: TrainerParts, ranked: Ranked): Promise<number | undefined> {
  const items = ranked.ranks.map((rank) => ({
    label: String(rank),
    description: rank === ranked.current ? 'now' : '',
    detail: ranked.costs(rank) ?? '',
    rank,
  }));
  const other = { label: 'Other…', description: '', detail: '', rank: undefined };
  const picked = await dialogs.pick([...items, other], {
    title: ranked.title,
    placeHolder: `Rank, ${ranked.current} now`,
  });
  if (!picked) return undefined;
  if (picked.rank !== undefined) return picked.rank;
  const written = await dialogs.input({
    title: ranked.title,
    value: String(ranked.current),
    validateInput: (value) => (isRank(value) ? undefined : 'A rank is a whole number above 0.'),
  });
  return written !== undefined && isRank(written) ? Number(written) : undefined;
}

const isRank = (text: string): boolean => /^[1-9]\d{0,5}$/.test(text.trim());

/** Looking for models takes a while, in which the text can be edited: then it is looked at again. */
async function rankedNow(
  parts: { readonly looks: Looks; readonly models: ModelCache },
  document: vscode.TextDocument,
  of: RankOf,
): Promise<{ readonly ranked: Ranked | undefined; readonly version: number }> {
  for (;;) {
    const { version } = document;
    const ranked = await rankedAt(parts, document, of);
    if (document.version === version) return { ranked, version };
  }
}

function rankedAt(
  parts: { readonly looks: Looks; readonly models: ModelCache },
  document: vscode.TextDocument,
  of: RankOf,
): Promise<Ranked | undefined> {
  switch (of.kind) {
    case 'config':
      return inConfig(parts.looks, document, of.index);
    case 'adapter':
      return inAdapter(parts.models, document);
    case 'row':
      return inRow(parts.models, document, of.path);
  }
}

async function inConfig(
  looks: Looks,
  document: vscode.TextDocument,
  index: number,
): Promise<Ranked | undefined> {
  const one = (await looks.at(document)).seen[index];
  const place = one && configRanks(document.getText(), [one.config])[0];
  if (!place) return undefined;
  const { config, base } = one;
  const { alpha, rankStabilized } = config.settings;
  return {
    title: config.said.rank?.key ?? 'rank',
    current: place.rank,
    ranks: ranksAround(place.rank),
    costs: (rank) => {
      const scale = scaleText(alpha / (rankStabilized ? Math.sqrt(rank) : rank), rankStabilized);
      if (base.kind !== 'found') return scale;
      const { parameters } = resolve({ ...config, settings: { ...config.settings, rank } }, base.model);
      const share = formatShare(parameters / base.model.parameters);
      return `${formatCount(parameters)} parameters, ${share} of the model · ${scale}`;
    },
    edits: (rank) => [{ ...place.value, text: String(rank) }],
  };
}

async function inAdapter(models: ModelCache, document: vscode.TextDocument): Promise<Ranked | undefined> {
  const place = experimentRanks(document.getText()).find(({ of }) => of.kind === 'adapter');
  if (!place) return undefined;
  const { experiment } = parsed(document);
  const modules = await modulesOf(models, experiment?.model);
  return {
    title: 'Rank of each adapter that Allocate plans',
    current: place.rank,
    ranks: ranksAround(place.rank, experiment?.search.ranks),
    costs: (rank) => experiment && adapterCosts(experiment, modules, rank),
    edits: (rank) => [{ ...place.value, text: String(rank) }],
  };
}

async function inRow(
  models: ModelCache,
  document: vscode.TextDocument,
  path: string,
): Promise<Ranked | undefined> {
  const { experiment } = parsed(document);
  const plan = experiment?.plan;
  const row = plan?.modules[path];
  if (!experiment || !plan || !row) return undefined;
  if (row.locked) {
    throw new LabError('experiment-invalid', `The row of ${path} is locked.`, 'Remove "locked: true" first.');
  }
  const modules = await modulesOf(models, experiment.model);
  return {
    title: path,
    current: row.rank,
    ranks: ranksAround(row.rank, experiment.search.ranks),
    costs: (rank) => rowCosts(experiment, plan, modules, path, rank),
    edits: (rank) => planEdits(document.getText(), withRank(plan, path, rank)),
  };
}

async function modulesOf(models: ModelCache, folder: string | undefined): Promise<readonly Module[]> {
  const model = folder === undefined ? undefined : await models.facts(folder);
  return model && 'modules' in model ? model.modules : [];
}

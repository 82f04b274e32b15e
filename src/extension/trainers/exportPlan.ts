import { basename, dirname, join, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { exportPlan as textOf, type ExportFormat } from '../../configs/trainers/exports/exports';
import { writeFileAtomic } from '../../files/atomic';
import { isFile } from '../../files/isFile';
import { readModelFolder } from '../../files/modelFolder';
import { experimentEnding } from '../../shared/ids';
import { requireTrust } from '../trust';
import { pythonParser } from './configs';
import type { PlanParts } from './planCommands';
import { plannedExperiment } from './plannedTarget';

interface FormatItem extends vscode.QuickPickItem {
  readonly format: ExportFormat;
  /** What the file's name ends in. */
  readonly ending: string;
}

/** The formats for people; the type makes a new one appear here. */
const words: Readonly<Record<ExportFormat, Omit<FormatItem, 'format'>>> = {
  peft: { label: 'PEFT', detail: 'adapter_config.json with rank_pattern and alpha_pattern', ending: '.json' },
  python: { label: 'Python', detail: 'LoraConfig(…) to paste into a script', ending: '.py' },
  axolotl: { label: 'axolotl', detail: 'The keys of its YAML', ending: '.yml' },
  ludwig: { label: 'Ludwig', detail: 'The adapter block of its YAML', ending: '.yaml' },
  mola: { label: 'MoLA', detail: 'Experts by layer, for its training script', ending: '.json' },
  lily: { label: 'Lily', detail: 'LilyConfig as adapter_config.json', ending: '.json' },
  'modules-json': {
    label: 'Modules as JSON',
    detail: 'One entry a module, for scripts of your own',
    ending: '.json',
  },
};

/**
 * Writes an experiment's plan as a file of another trainer.
 *
 * @returns the file; undefined where the user gives up
 */
export async function exportPlan(parts: PlanParts, given: unknown): Promise<vscode.Uri | undefined> {
  requireTrust();
  const planned = await plannedExperiment(parts, given);
  if (!planned) return undefined;
  const { uri, experiment, plan } = planned;
  const items = (Object.keys(words) as ExportFormat[]).map((format) => ({ ...words[format], format }));
  const title = `Export the plan of ${basename(uri.fsPath)}`;
  const item = await parts.dialogs.pick(items, {
    title,
    placeHolder: 'For which trainer?',
    matchOnDetail: true,
  });
  if (!item) return undefined;
  const name = `${basename(uri.fsPath, experimentEnding)}.plan${item.ending}`;
  const out = await parts.dialogs.save({
    title,
    defaultUri: vscode.Uri.file(join(dirname(uri.fsPath), name)),
    filters: { [item.label]: [item.ending.slice(1)] },
  });
  if (!out) return undefined;
  const baseModel = relative(dirname(out.fsPath), experiment.model).split(sep).join('/') || '.';
  const options = { baseModel, topK: experiment.adapter.topK };
  const python = item.format === 'python' ? await pythonParser() : undefined;
  const model = await readModelFolder(experiment.model);
  const { text, second, losses } = await textOf(item.format, plan, model, options, python);
  const beside = second && {
    file: `${out.fsPath.replace(/\.json$/i, '')}${second.ending}`,
    text: second.text,
  };
  // The save dialog has asked about the first file alone.
  if (beside && (await isFile(beside.file)) && !(await mayReplace(parts, beside.file))) return undefined;
  await writeFileAtomic(out.fsPath, text);
  if (beside) await writeFileAtomic(beside.file, beside.text);
  await vscode.window.showTextDocument(out, { preview: false });
  if (losses.length > 0) void parts.presenter.offer('warning', losses.join(' '));
  return out;
}

async function mayReplace({ dialogs }: PlanParts, file: string): Promise<boolean> {
  const message = `Replace ${basename(file)} as well?`;
  const detail = 'The ranks of the plan go into a file of their own beside it.';
  const replace = 'Replace';
  return (
    (await dialogs.ask({ kind: 'warning', message, detail, modal: true, buttons: [replace] })) === replace
  );
}

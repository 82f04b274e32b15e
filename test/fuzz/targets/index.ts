import type { FuzzTarget } from '../target';
import { adapters } from './adapters';
import { experiment } from './experiment';
import { imports } from './imports';
import { runJournal } from './journals';
import { modelConfig } from './modelConfig';
import { modelIndex } from './modelIndex';
import { protocol } from './protocol';
import { rows } from './rows';
import { runRecords } from './runRecords';
import { safetensors } from './safetensors';
import { studies } from './studies';
import { tokenizers } from './tokenizers';
import { trainers } from './trainers';

/** Whatever is read that a stranger may have written. */
export const targets: readonly FuzzTarget[] = [
  experiment,
  ...trainers,
  safetensors,
  modelIndex,
  modelConfig,
  ...tokenizers,
  ...rows,
  ...adapters,
  runJournal,
  ...studies,
  ...runRecords,
  imports,
  ...protocol,
];

import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { TrainerConfig } from '../../../configs/trainers/description';
import type { ResolvedAdapter } from '../../../configs/trainers/resolve';
import { weightsName } from '../../../peft/folder';
import { readAdapterNorms } from '../../../peft/readNorms';
import { toLabError } from '../../../shared/errors';
import { mixtureOf } from './mixture';

/** How much each module's adapter adds, or why that is not told. */
export interface Norms {
  /** By the path in the model's files; undefined while they are computed, and where there are none. */
  readonly values: Readonly<Record<string, number>> | undefined;
  /** A sentence for the page; undefined where there is nothing to say. */
  readonly note: string | undefined;
}

const nothing: Norms = { values: undefined, note: undefined };

/** The norms of adapters' weights, computed once for each version of the files and kept. */
export class NormCache {
  private readonly known = new Map<string, { readonly stamp: string; norms: Norms }>();

  /** @param told called when norms have come in */
  constructor(private readonly told: () => void) {}

  /**
   * What is known of an adapter's weights now.
   *
   * @param file the configuration's, absolute
   */
  async of(file: string, config: TrainerConfig, resolved: ResolvedAdapter): Promise<Norms> {
    const folder = dirname(file);
    const found = await stat(join(folder, weightsName)).catch(() => undefined);
    if (!found) return nothing;
    const why = unsupported(config);
    if (why !== undefined)
      return { values: undefined, note: `How much each module adds is not shown: ${why}.` };
    const rows = resolved.modules.map(({ path, rank, alpha, scale }) => ({ path, rank, alpha, scale }));
    const stamp = JSON.stringify([found.mtimeMs, found.size, rows]);
    const before = this.known.get(folder);
    if (before?.stamp === stamp) return before.norms;
    const entry = {
      stamp,
      norms: { values: undefined, note: 'The norms of the weights are being computed.' },
    };
    this.known.set(folder, entry);
    void this.compute(folder, entry, config, resolved);
    return entry.norms;
  }

  private async compute(
    folder: string,
    entry: { norms: Norms },
    { settings: { dora } }: TrainerConfig,
    { modules }: ResolvedAdapter,
  ): Promise<void> {
    try {
      const { norms, missing } = await readAdapterNorms(folder, modules, breathe);
      const files = new Map(modules.map(({ path, checkpointPath }) => [path, checkpointPath]));
      const values = Object.fromEntries([...norms].map(([path, norm]) => [files.get(path) ?? path, norm]));
      const notFinite = Object.values(values).some((norm) => !Number.isFinite(norm));
      const notes = [
        ...(missing.length > 0 ? [`The weights lack ${missing.length} of ${modules.length} modules.`] : []),
        ...(notFinite ? ['Some of the weights are not finite.'] : []),
        ...(dora ? ['DoRA rescales each output besides: the norms are of the low-rank part alone.'] : []),
      ];
      entry.norms = { values, note: notes.length > 0 ? notes.join(' ') : undefined };
    } catch (thrown) {
      const { message } = toLabError(thrown);
      entry.norms = { values: undefined, note: `How much each module adds is not shown: ${message}` };
    }
    this.told();
  }
}

const breathe = (): Promise<void> => new Promise((done) => setImmediate(done));

/** Adapters whose B A is no one matrix. */
function unsupported(config: TrainerConfig): string | undefined {
  if (config.kind === 'lily') return 'Lily weighs its B’s anew for every input';
  return mixtureOf(config) ? 'a router weighs the experts of each module anew for every token' : undefined;
}

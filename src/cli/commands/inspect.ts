import type { Command } from 'commander';
import { readModelFolder } from '../../files/modelFolder';
import { formatCount } from '../../shared/format';
import { absolute } from '../options';
import { print } from '../terminal';

/** `adapter-lab inspect`: what a model folder holds, from its headers alone. */
export function addInspect(program: Command): void {
  program
    .command('inspect')
    .description('show the layers and linear modules of a model folder; reads headers, no weights')
    .requiredOption('--model <dir>', 'Hugging Face model folder', absolute)
    .option('--json', 'print JSON')
    .action(async ({ model, json }: { model: string; json?: boolean }) => {
      const { dir, architecture, modelType, layers, parameters, modules } = await readModelFolder(model);
      if (json === true) {
        print(
          JSON.stringify(
            { version: 1, model: dir, architecture, modelType, layers, parameters, modules },
            null,
            2,
          ),
        );
        return;
      }
      print(
        `${architecture}, ${layers} layers, ${formatCount(parameters)} parameters, ${modules.length} linear modules`,
      );
      for (const { path, role, inFeatures, outFeatures } of modules.filter(({ layer }) => layer === 0)) {
        print(`  ${role.padEnd(5)}${`${outFeatures} x ${inFeatures}`.padEnd(14)}${path}`);
      }
      if (layers > 1) print(`  ... and the same in layers 1 to ${layers - 1}`);
    });
}

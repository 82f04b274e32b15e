import type { Command } from 'commander';
import { mergeFolder } from '../../peft/mergeFolder';
import type { MergeProgress } from '../../peft/mergeWeights';
import { readModelFolder } from '../../files/modelFolder';
import { formatShare } from '../../shared/format';
import { absolute } from '../options';
import { interruptSignal, print, say } from '../terminal';

interface Options {
  adapter: string;
  model: string;
  out: string;
}

/** `adapter-lab merge`: a model folder with an adapter merged into its weights. */
export function addMerge(program: Command): void {
  program
    .command('merge')
    .description(
      'write the model folder with an adapter merged into its weights; refused where that is not exact',
    )
    .requiredOption('--adapter <dir>', 'LoRA or AdaLoRA adapter as PEFT or `train` saves it', absolute)
    .requiredOption('--model <dir>', 'Hugging Face model folder that it was trained on', absolute)
    .requiredOption('--out <dir>', 'folder to write, new or empty', absolute)
    .action(merge);
}

async function merge({ adapter, model, out }: Options): Promise<void> {
  const drawing = drawnProgress();
  const merged = await mergeFolder(
    adapter,
    await readModelFolder(model),
    out,
    drawing.update,
    interruptSignal(),
  ).finally(drawing.end);
  const { modules, replaced, added, leftOut } = merged;
  if (added.length > 0)
    say(`The model had no ${added.join(', ')}: added. config.json is the model's own; see that it fits.`);
  if (leftOut.length > 0) say(`Left out, because the adapter is not in them: ${leftOut.join(', ')}`);
  const whole = replaced.length + added.length;
  const more = whole > 0 ? `, and put in ${whole} ${whole === 1 ? 'tensor' : 'tensors'} trained whole` : '';
  print(`Merged ${modules} ${modules === 1 ? 'module' : 'modules'}${more}: ${out}`);
}

/** A line that changes on a terminal, a line for each file otherwise. */
function drawnProgress(out: NodeJS.WriteStream = process.stderr) {
  let [file, drawn] = ['', false];
  return {
    update: (progress: MergeProgress): void => {
      const { done, total } = progress;
      if (out.isTTY) {
        out.write(`\r\u001b[K${formatShare(total === 0 ? 1 : done / total).padStart(7)} ${progress.file}`);
        drawn = true;
      } else if (progress.file !== file) out.write(`Writing ${progress.file}\n`);
      ({ file } = progress);
    },
    end: (): void => {
      if (drawn) out.write('\n');
      drawn = false;
    },
  };
}

import { placedNames } from '../names';
import { flagOf, type SyntaxFault } from '../tree';
import type { Format, SaidTargets } from './format';
import { interpolated } from './omegaConf';
import { hasKey, textAt } from './recognize';

/** PEFT's names of torchtune's attention modules (`models/convert_weights.py`). */
const attention: Readonly<Record<string, string>> = {
  q_proj: 'q_proj',
  k_proj: 'k_proj',
  v_proj: 'v_proj',
  output_proj: 'o_proj',
};
/** w1, w2, w3 in PEFT's names. */
const feedForward = ['gate_proj', 'down_proj', 'up_proj'];

/** torchtune's recipes (`models/*_model_builders.py`): the model is built by a function with LoRA in its name. */
export const torchtune: Format = {
  id: 'torchtune',
  name: 'torchtune',
  documentation: 'https://docs.pytorch.org/torchtune/main/tutorials/lora_finetune.html',
  recognizes(root) {
    if (!hasKey(root, 'model._component_')) return false;
    const component = textAt(root, 'model._component_');
    if (component !== undefined && /^torchtune\.models\.(\w+\.)*q?lora_\w+$/.test(component)) return true;
    return hasKey(root, 'model.lora_attn_modules', 'model.lora_rank', 'model.apply_lora_to_mlp');
  },
  places: ['model'],
  loads: interpolated,
  kindOf: () => 'lora',
  keysOf: () => ({
    baseModel: 'checkpointer.checkpoint_dir',
    rank: 'model.lora_rank',
    alpha: 'model.lora_alpha',
    dropout: 'model.lora_dropout',
    dora: 'model.use_dora',
    targets: 'model.lora_attn_modules',
    adaptMlp: 'model.apply_lora_to_mlp',
    adaptOutput: 'model.apply_lora_to_output',
    resumeFrom: 'resume_from_checkpoint',
  }),
  defaultsOf: () => ({ rank: 8, alpha: () => 16, targets: [] }),
  targetsOf({ targets, adaptMlp, adaptOutput }): SaidTargets {
    const faults: SyntaxFault[] = [];
    const names = placedNames(targets?.value).flatMap(({ name, range }) => {
      const known = Object.hasOwn(attention, name) ? attention[name] : undefined;
      if (known !== undefined) return [{ name: known, range }];
      const message = `torchtune has no attention module ${name}: it knows ${Object.keys(attention).join(', ')}`;
      faults.push({ message, range });
      return [];
    });
    for (const [entry, more] of [
      [adaptMlp, feedForward],
      [adaptOutput, ['lm_head']],
    ] as const) {
      const value = entry?.value;
      if (value && flagOf(value) === true) names.push(...more.map((name) => ({ name, range: value.range })));
    }
    return { names, faults };
  },
};

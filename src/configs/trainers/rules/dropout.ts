import { numberOf, type ConfigNode } from '../tree';
import { setFix } from './fixes';
import type { Rule } from './rule';
import { counted } from './say';

/** D8: the wrapper that PEFT puts around single parameters has no dropout, and refuses one. */
export const dropoutOfParameters: Rule = {
  id: 'D8',
  severity: 'error',
  title: 'Dropout cannot go with target_parameters',
  documentation: 'https://huggingface.co/docs/peft/developer_guides/lora#targeting-nnparameter-directly',
  check(input) {
    const { said } = input.config;
    const { dropout, targetParameters } = said;
    const rate = numberOf(dropout?.value);
    const size = sizeOf(targetParameters?.value);
    if (!dropout || !targetParameters || rate === undefined || rate === 0 || size === 0) return [];
    return [
      {
        message: `${dropout.key} ${rate} cannot go with the ${counted(size, 'name')} of ${targetParameters.key}: PEFT refuses any dropout but 0 there.`,
        range: dropout.value?.range ?? dropout.keyRange,
        fixes: setFix(input, 'dropout', 0, `Set ${dropout.key} to 0`),
      },
    ];
  },
};

function sizeOf(node: ConfigNode | undefined): number {
  if (node?.kind === 'list') return node.items.length;
  return node?.kind === 'scalar' && typeof node.value === 'string' && node.value !== '' ? 1 : 0;
}

import type { Export } from './export';
import { of, scaleLoss, sharingLosses } from './losses';
import { span } from '../writeBack/wantedModules';

/**
 * Experts by module, as LoRA-SMoE takes them: `{"model.layers.0.self_attn.v_proj": 8}`, modules without an adapter left out.
 * The second file is GuiLoMo's, the rank of each expert: `{"<module>.expertlora_E_vector_<i>": 8}`.
 */
export const exportModulesJson: Export = (planned) => {
  const { modules } = planned;
  const experts = Object.fromEntries(modules.map(({ path, experts: count }) => [path, count]));
  const ranks = Object.fromEntries(
    modules.flatMap(({ path, rank, experts: count }) =>
      Array.from({ length: count }, (_, index) => [`${path}.expertlora_E_vector_${index}`, rank] as const),
    ),
  );
  const single = modules.filter((one) => one.experts === 1);
  const usual = modules[0]?.alpha ?? 0;
  const alphas = modules.map(({ alpha }) => alpha);
  const moved = scaleLoss(
    modules,
    ({ rank }) => usual / rank,
    `The files hold no alphas, which are ${span(alphas)} in the plan; trained with ${usual} for all`,
  );
  return {
    text: `${JSON.stringify(experts, null, 2)}\n`,
    second: { ending: '.ranks.json', text: `${JSON.stringify(ranks, null, 2)}\n` },
    losses: [
      moved ?? `The files hold no alphas: train with ${usual} for all.`,
      ...(single.length === 0
        ? []
        : [
            `GuiLoMo takes 2 experts at least, and ${of(single, modules)} ${single.length === 1 ? 'has' : 'have'} 1.`,
          ]),
      ...sharingLosses(planned, 'These files'),
    ],
  };
};

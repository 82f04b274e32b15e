import type { PageView } from '../view';
import type { GridView } from './grid';

/** What the cells say, in a sentence. */
export function gridCaption({ scores }: Pick<PageView, 'scores'>, { quantity, unit }: GridView): string {
  switch (quantity) {
    case 'score':
      return scores.unit === 'share'
        ? `Share of the total score, all tasks together${unit.suffix}.`
        : `Score of each module for the task ${scores.task ?? ''}${unit.suffix}.`;
    case 'experts':
      return 'Experts that the plan gives each module: 0 no adapter, 1 plain LoRA, more routed experts.';
    case 'rank':
      return 'Rank that the plan gives each module; 0 where it has no adapter.';
    case 'parameters':
      return 'Trainable parameters of each module’s own adapter, without routers.';
    case 'norm':
      return `Frobenius norm of the trained update BA, scaled as it is added to the module’s weight${unit.suffix}.`;
  }
}

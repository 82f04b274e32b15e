import { commands } from '../../../src/shared/ids';
import { show } from '../../dom';
import { button } from '../../ui/toolkit';
import { errorBox } from '../notices';
import type { CompareDeeds, ComparePart } from './part';

/** Why the two cannot be shown: a file that is gone, models that differ. It goes by itself once they can. */
export function compareError(deeds: CompareDeeds): ComparePart {
  const other = button(commands['adapterLab.compare'], () => deeds.do('chooseRight'));
  other.setPrimary(true);
  const box = errorBox(other);
  return {
    element: box.element,
    update: ({ page: { error } }) => {
      show(box.element, error !== undefined);
      if (error) box.set(error);
    },
  };
}

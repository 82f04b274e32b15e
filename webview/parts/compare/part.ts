import type { ComparingDeed, ComparisonPage } from '../../../src/shared/comparison';
import type { Palette } from '../../../src/shared/webviewProtocol';
import type { CompareChoices } from '../../model/compare/choices';
import type { Deeds } from '../part';

/** What a page of two plans is drawn from. */
export interface CompareView {
  readonly page: ComparisonPage;
  readonly palette: Palette;
  readonly choices: CompareChoices;
}

/** One piece of the page: made once, then patched with every new view. */
export interface ComparePart {
  readonly element: HTMLElement;
  update(view: CompareView): void;
}

/** What a part may cause. */
export interface CompareDeeds extends Pick<Deeds, 'copy' | 'savePicture'> {
  do(deed: ComparingDeed): void;
  choose(choices: Partial<CompareChoices>): void;
}

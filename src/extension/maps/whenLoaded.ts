import type { RunEvent } from '../../shared/runEvents';
import type { DraftKeeper } from '../panel/draftPage';
import type { Maps } from './parts';

/** What there may be a plan to edit of. */
const weighty: ReadonlySet<RunEvent['type']> = new Set(['plan', 'wrote', 'finished']);

/**
 * The keeper of plans before its part is loaded: a page that nothing can be edited on does not load it. What comes while it is
 * loaded waits, in order.
 *
 * @param failed is told where it cannot be loaded; the next page that needs it tries again
 */
export function draftsOf(
  load: () => Promise<Pick<Maps, 'drafts'>>,
  failed: (thrown: unknown) => void,
): DraftKeeper {
  let keeper: DraftKeeper | undefined;
  let waiting: ((drafts: DraftKeeper) => void)[] | undefined;
  const loaded = async (): Promise<void> => {
    try {
      const { drafts } = await load();
      keeper = drafts;
      for (const use of waiting ?? []) use(drafts);
    } catch (thrown) {
      failed(thrown);
    } finally {
      waiting = undefined;
    }
  };
  const withKeeper = (use: (drafts: DraftKeeper) => void): void => {
    if (keeper) return use(keeper);
    if (waiting) return void waiting.push(use);
    waiting = [use];
    void loaded();
  };
  return {
    told: (page, message) => {
      const isWeighty = page.run !== undefined && message.events.some(({ type }) => weighty.has(type));
      if (keeper || waiting || isWeighty) withKeeper((drafts) => drafts.told(page, message));
    },
    asked: (page, message) => withKeeper((drafts) => drafts.asked(page, message)),
    closed: (page) => {
      if (keeper || waiting) withKeeper((drafts) => drafts.closed(page));
    },
  };
}

import type { TextRange } from '../../text/yamlText';
import type { TrainerConfig } from '../description';
import type { ConfigEntry, ConfigNode } from '../tree';
import type { Finding } from './rule';

/** Places in a file that stand for values which are written somewhere else in it. */
export class Elsewhere {
  private readonly names: readonly TextRange[];
  /** Keys whose values are elsewhere. */
  private readonly keys: readonly TextRange[];

  constructor({ root }: TrainerConfig) {
    const entries: ConfigEntry[] = [];
    const names: TextRange[] = [];
    const walk = (node: ConfigNode): void => {
      if (node.isElsewhere) names.push(node.range);
      else if (node.kind === 'list') node.items.forEach(walk);
      else if (node.kind === 'map') {
        for (const entry of node.entries) {
          if (entry.value?.isElsewhere) entries.push(entry);
          if (entry.value) walk(entry.value);
        }
      }
    };
    walk(root);
    this.names = names;
    this.keys = entries.map(({ keyRange }) => keyRange);
  }

  /** Whether a finding is about such a value. */
  isAbout({ range }: Finding): boolean {
    return [...this.names, ...this.keys].some(
      ({ start, end }) => start <= range.start && range.end <= end && range.start < end,
    );
  }

  /** Without fixes that would put something in the place of such a name: other parts of the file may use it too. */
  withoutFixes<T extends Finding>(finding: T): T {
    const isSafe = ({ edits }: Finding['fixes'][number]): boolean =>
      edits.every(({ start, end }) => this.names.every((name) => end <= name.start || name.end <= start));
    return { ...finding, fixes: finding.fixes.filter(isSafe) };
  }
}

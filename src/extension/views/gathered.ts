/** What was noticed on the disk. */
export interface Noticed {
  /** Experiments have come or gone. */
  experiments(): void;
  /** Something of a run has changed; its folder. */
  run(folder: string): void;
  /** A folder with experiments or runs is gone, or has another name. */
  everything(): void;
}

/** Writing a run makes many changes in a row. */
const quietMs = 250;

/**
 * Tells of many changes at once: of each run once, and of no part where all is looked at anew.
 *
 * @param quiet milliseconds from the first change until they are told
 */
export function gathered(noticed: Noticed, quiet = quietMs): Noticed & { dispose(): void } {
  const runs = new Set<string>();
  const others = new Set<'experiments' | 'everything'>();
  let timer: NodeJS.Timeout | undefined;
  const tell = (): void => {
    timer = undefined;
    const touched = [...runs];
    const told = [...others];
    runs.clear();
    others.clear();
    if (told.includes('everything')) noticed.everything();
    else {
      if (told.includes('experiments')) noticed.experiments();
      touched.forEach((folder) => noticed.run(folder));
    }
  };
  const soon = (): void => {
    timer ??= setTimeout(tell, quiet);
  };
  const other = (what: 'experiments' | 'everything') => (): void => {
    others.add(what);
    soon();
  };
  return {
    experiments: other('experiments'),
    everything: other('everything'),
    run: (folder) => {
      runs.add(folder);
      soon();
    },
    dispose: () => clearTimeout(timer),
  };
}

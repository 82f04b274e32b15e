/** Where a question stands among those that are asked. */
export interface Place {
  /** From 1. */
  readonly step: number;
  /** At most so many: some of those to come may be skipped. */
  readonly total: number;
  readonly canGoBack: boolean;
}

/** One question, whose answer makes one state of another. */
export interface Question<S> {
  /** @returns undefined where the user gives up */
  ask(state: S, place: Place): Promise<S | 'back' | undefined>;
  /** The state with the only sensible answer; undefined where there is more than one. */
  obvious?(state: S): S | undefined | Promise<S | undefined>;
}

/**
 * Asks one question after the other. Who goes back is asked what was answered before, and what was skipped too.
 *
 * @param questionsOf all questions for what is known so far; those that are answered stay as they are
 * @returns the state behind the last question; undefined where the user gives up
 */
export async function inTurn<S>(
  start: S,
  questionsOf: (state: S) => readonly Question<S>[],
): Promise<S | undefined> {
  /** The states before each question that is behind us. */
  const trail: { readonly before: S; readonly wasAsked: boolean }[] = [];
  let state = start;
  let goesBack = false;
  for (;;) {
    const questions = questionsOf(state);
    const question = questions[trail.length];
    if (!question) return state;
    const obvious = goesBack ? undefined : await question.obvious?.(state);
    if (obvious !== undefined) {
      trail.push({ before: state, wasAsked: false });
      state = obvious;
      continue;
    }
    const skipped = trail.filter(({ wasAsked }) => !wasAsked).length;
    const step = trail.length - skipped + 1;
    const answer = await question.ask(state, {
      step,
      total: questions.length - skipped,
      canGoBack: trail.length > 0,
    });
    if (answer === undefined) return undefined;
    goesBack = answer === 'back';
    if (answer === 'back') state = trail.pop()?.before ?? state;
    else {
      trail.push({ before: state, wasAsked: true });
      state = answer;
    }
  }
}

import * as vscode from 'vscode';
import type { LineOptions, StepItem, StepOptions } from '../dialogs';

/** One question of several as a quick pick with a way back; the list may still be looked for while it shows. */
export async function showStep<T extends StepItem>(
  items: readonly T[] | Promise<readonly T[]>,
  options: StepOptions,
): Promise<readonly T[] | 'back' | undefined> {
  const input = vscode.window.createQuickPick<T>();
  input.matchOnDescription = true;
  input.matchOnDetail = true;
  input.placeholder = options.placeHolder;
  input.canSelectMany = options.many === true;
  dress(input, options);
  return shown(input, (answer, fail) => {
    input.busy = true;
    // What is found by then is more than can be chosen before.
    input.enabled = true;
    Promise.resolve(items).then((found) => {
      input.items = found;
      input.busy = false;
    }, fail);
    return [
      input.onDidAccept(() => {
        const picked = options.many === true ? input.selectedItems : input.activeItems.slice(0, 1);
        const refused = picked.find((item) => item.refused !== undefined)?.refused;
        if (refused !== undefined) {
          // Only where nothing is typed does the placeholder show.
          input.value = '';
          input.placeholder = refused;
        } else if (picked.length > 0) answer(picked);
      }),
      input.onDidTriggerButton(() => answer('back')),
    ];
  });
}

/** One line that is typed as the answer to one question of several. */
export async function showLine(options: LineOptions): Promise<string | 'back' | undefined> {
  const input = vscode.window.createInputBox();
  input.value = options.value;
  input.valueSelection = options.selection;
  input.prompt = options.prompt;
  dress(input, options);
  let asked = 0;
  const check = async (): Promise<boolean> => {
    const turn = (asked += 1);
    const wrong = await options.validate(input.value);
    // What was typed since has its own answer.
    if (turn === asked) input.validationMessage = wrong;
    return wrong === undefined;
  };
  return shown<string | 'back'>(input, (answer, fail) => [
    input.onDidChangeValue(() => void check().catch(fail)),
    input.onDidAccept(() => void check().then((isRight) => isRight && answer(input.value), fail)),
    input.onDidTriggerButton(() => answer('back')),
  ]);
}

function dress(
  input: vscode.QuickInput & { buttons: readonly vscode.QuickInputButton[] },
  options: StepOptions,
): void {
  input.title = options.title;
  input.step = options.step;
  input.totalSteps = options.totalSteps;
  // Another window may say what the answer is.
  input.ignoreFocusOut = true;
  input.buttons = options.canGoBack ? [vscode.QuickInputButtons.Back] : [];
}

/** Shows an input until it is answered or closed. */
async function shown<R>(
  input: vscode.QuickInput,
  listen: (answer: (given: R) => void, fail: (thrown: unknown) => void) => readonly vscode.Disposable[],
): Promise<R | undefined> {
  let owned: readonly vscode.Disposable[] = [];
  try {
    return await new Promise<R | undefined>((resolve, reject) => {
      owned = [...listen(resolve, reject), input.onDidHide(() => resolve(undefined))];
      input.show();
    });
  } finally {
    owned.forEach((one) => one.dispose());
    input.dispose();
  }
}

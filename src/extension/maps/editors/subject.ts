import type * as vscode from 'vscode';
import type { TextEdit } from '../../../configs/text/textEdit';
import type { PlanChange } from '../../../planning/draft/change';
import type { Draft } from '../../../shared/draft';
import type { RunEvent } from '../../../shared/runEvents';
import type { PageAction, RunHeading } from '../../../shared/webviewProtocol';

/** What the page of a file shows of one version of its text. */
export interface Looked {
  readonly heading: RunHeading;
  readonly events: readonly RunEvent[];
  /** Undefined where the text cannot be read as a plan: then the events say why. */
  readonly plan: EditablePlan | undefined;
}

/** A plan that stands in a text. */
export interface EditablePlan {
  /** What VS Code keeps, undo and redo, is left out. */
  readonly draft: Omit<Draft, 'undo' | 'redo' | 'refused'>;
  /**
   * The edits of the text that make a change; none where it comes to nothing.
   *
   * @throws LabError with the reason why it is refused
   */
  edits(change: PlanChange): readonly TextEdit[];
}

/** A kind of file that holds a plan, and is edited as a map. */
export interface Subject extends vscode.Disposable {
  /** Something beside the texts changed: a run, an experiment, a model. */
  readonly onChange: vscode.Event<void>;
  /** Never rejects. */
  look(document: vscode.TextDocument): Promise<Looked>;
  /** Does what was pressed on the page, but for what is the same for all files. */
  act(action: PageAction, document: vscode.TextDocument): Promise<void>;
}

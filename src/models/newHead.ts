import { withClasses } from '../files/addedHead';
import type { ModelFolder } from '../files/modelFolder';
import { LabError } from '../shared/errors';
import { shapeOf } from './block';
import { describe } from './openModel';

/** A tensor of a head that the checkpoint has not. */
export interface NewTensor {
  readonly name: string;
  readonly shape: readonly number[];
}

/** Whether a checkpoint classifies only with a head that it has not: an encoder without one, or a classifier saved without. */
export function lacksHead(folder: ModelFolder): boolean {
  try {
    describe(folder);
    return false;
  } catch (error) {
    if (!(error instanceof LabError) || error.code !== 'model-head-missing') throw error;
    // A decoder without its output matrix lacks something else.
    const { head } = describe(withClasses(folder, 2));
    return (
      head.kind === 'classes' && (head.position === 'first' || /ForSequence\w+$/.test(folder.architecture))
    );
  }
}

/** The tensors that transformers would make anew for a classifier on this checkpoint; those that it has are its own. */
export function newTensors(folder: ModelFolder, classes: number): NewTensor[] {
  const { head } = describe(withClasses(folder, classes));
  if (head.kind !== 'classes') return [];
  const last = head.layers.at(-1)?.linear;
  return head.layers.flatMap(({ linear }) => {
    const tensors: NewTensor[] = [
      { name: `${linear.name}.weight`, shape: shapeOf(linear) },
      // A decoder's `score` has no bias.
      ...(head.position === 'first' ? [{ name: `${linear.name}.bias`, shape: [linear.outFeatures] }] : []),
    ];
    // Of the same name may be the head of another class, for tokens say.
    return tensors.filter(({ name }) => linear === last || !folder.tensors.has(name));
  });
}

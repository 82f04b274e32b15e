import { isFloatDtype } from '../files/dtypes';
import type { ModelFolder } from '../files/modelFolder';
import { LabError } from '../shared/errors';
import type { NamedArray } from '../shared/namedArray';

/** What modules that were trained whole do to a model's tensors, by the model's own names. */
export interface ReplacedTensors {
  readonly replaced: ReadonlyMap<string, NamedArray>;
  /** The model has no such tensor. */
  readonly added: ReadonlyMap<string, NamedArray>;
}

/** The output matrices and embeddings of language models, which one tensor may be both of. */
const outputs = ['lm_head.weight', 'embed_out.weight'];
const embedding = /(?:^|\.)(?:embed_tokens|embed_in|wte)\.weight$/;

/**
 * Finds the model's tensors that `modules_to_save` of an adapter stand for.
 *
 * @throws LabError `adapter-invalid` where one has another shape than the model's, or where the model has one matrix for
 *   embedding and output, of which the adapter has trained one alone
 */
export function replacedTensors(
  model: ModelFolder,
  modulesToSave: ReadonlyMap<string, NamedArray>,
): ReplacedTensors {
  const replaced = new Map<string, NamedArray>();
  const added = new Map<string, NamedArray>();
  for (const [written, array] of modulesToSave) {
    const name = nameIn(model, written);
    if (isTied(model) && (outputs.includes(name) || embedding.test(name))) {
      throw invalid(
        `has a ${written} of its own, but the model has one matrix for its embedding and its output`,
        'Untie them in the model first (tie_word_embeddings: false, both stored), or load the adapter beside the model.',
      );
    }
    const entry = model.tensors.get(name);
    if (entry === undefined) {
      added.set(name, array);
    } else if (!isFloatDtype(entry.dtype) || entry.shape.join() !== array.shape.join()) {
      const is = `${entry.dtype} [${entry.shape.join(', ')}]`;
      throw invalid(
        `has a ${written} of [${array.shape.join(', ')}], the model's is ${is}`,
        'Use an adapter that was made for this model, with its classes and its vocabulary.',
      );
    } else replaced.set(name, array);
  }
  return { replaced, added };
}

/** A name of the class with a head may have a root that those of the bare model have not, and the other way round. */
function nameIn({ tensors, root, family }: ModelFolder, written: string): string {
  const names = family.roots
    .filter((other) => written.startsWith(other))
    .map((other) => root + written.slice(other.length));
  return [written, ...names].find((name) => tensors.has(name)) ?? written;
}

const isTied = ({ architecture, settings, tensors }: ModelFolder): boolean =>
  /(?:ForCausalLM|LMHeadModel|ForConditionalGeneration)$/.test(architecture) &&
  settings['tie_word_embeddings'] !== false &&
  !outputs.some((name) => tensors.has(name));

const invalid = (what: string, next: string): LabError =>
  new LabError('adapter-invalid', `The adapter cannot be merged into the model: it ${what}.`, next);

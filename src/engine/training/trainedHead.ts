import type { Parameter } from '../../adapters/parameter';
import { classifierNames, isSaved } from '../../peft/names';
import type { SavedModule } from '../../peft/savedModules';
import type { ModelTensor } from '../../files/modelFolder';
import { readTensorFloat32 } from '../../files/safetensors';
import type { Transformer } from '../../models/transformer';
import { LabError } from '../../shared/errors';

/**
 * The tensors of a model's classification head that are trained beside its adapters.
 *
 * @param asked `modules_to_save`; where absent, what PEFT trains with every classifier. A head that was made for the run is
 *   trained in any case
 * @throws LabError option-invalid for a name that is no part of a classification head
 */
export function headTensors(
  { folder, spec: { head } }: Transformer,
  asked: readonly string[] | undefined,
): readonly ModelTensor[] {
  const parts = head.kind === 'classes' ? head.layers.map(({ linear }) => linear.name) : [];
  const unknown = asked?.find((name) => !parts.some((part) => isSaved(`${part}.weight`, [name])));
  if (unknown !== undefined) {
    throw new LabError(
      'option-invalid',
      `adapter.modules_to_save names ${unknown}, which is no part of a classification head of ${folder.dir}.`,
      parts.length === 0
        ? 'Remove it: only a classification head can be trained whole, and this model has none.'
        : `Name ${parts.join(' or ')}, or remove it.`,
    );
  }
  return parts
    .flatMap((part) => [`${part}.weight`, `${part}.bias`])
    .filter((name) => isSaved(name, asked ?? classifierNames) || folder.addedHead?.tensors.includes(name))
    .flatMap((tensor) => folder.tensors.get(tensor) ?? []);
}

/** Tensors of a head as parameters, with the checkpoint's numbers. */
export const trainedHead = (tensors: readonly ModelTensor[]): Promise<Parameter[]> =>
  Promise.all(
    tensors.map(async (tensor) => ({
      name: tensor.name,
      shape: tensor.shape,
      values: await readTensorFloat32(tensor.file, tensor),
      trained: true,
    })),
  );

/** The modules of a trained head as they are saved. */
export function savedHead(head: readonly Parameter[]): ReadonlyMap<string, SavedModule> {
  const byName = new Map(head.map((one) => [one.name, one]));
  const modules = [...byName.keys()].flatMap((name) => /^(.*)\.weight$/.exec(name)?.[1] ?? []);
  return new Map(
    modules.map((module) => {
      const [weight, bias] = ['weight', 'bias'].map((part) => byName.get(`${module}.${part}`));
      return [module, { weight: weight as Parameter, bias }];
    }),
  );
}

import type { Matrix } from '../../files/baseModel';
import type { ConfigNode } from './tree';

/** Ranges of layers, first and one behind the last, in the order of the new model: `[[0, 4], [2, 5]]`. */
export type LayerMap = readonly (readonly [from: number, to: number])[];

/** `layer_replication` as it is written; undefined where it says nothing, or nothing that could be read. */
export function layerMapOf(node: ConfigNode | undefined): LayerMap | undefined {
  if (node?.kind !== 'list' || node.items.length === 0) return undefined;
  const map = node.items.flatMap((item): LayerMap => {
    const ends = item.kind === 'list' ? item.items : [];
    const [from, to] = ends.map((end) => (end.kind === 'scalar' ? end.value : undefined));
    return Number.isInteger(from) && Number.isInteger(to) ? [[Number(from), Number(to)]] : [];
  });
  return map.length === node.items.length ? map : undefined;
}

/** Where PEFT looks for layers: LLaMA's, BERT's, Falcon's. */
const inLayers = /^((?:\w+\.)*?(?:layers|encoder\.layer|h)\.)(\d+)(\..+)$/;

/**
 * The matrices after PEFT has laid layers side by side again (PEFT 0.21, `replicate_layers`): weights are shared, adapters
 * are not, so each copy is a module of its own.
 */
export function replicate(matrices: readonly Matrix[], map: LayerMap): Matrix[] {
  const byLayer = new Map<number, Matrix[]>();
  for (const matrix of matrices) {
    const layer = Number(inLayers.exec(matrix.path)?.[2] ?? NaN);
    byLayer.set(layer, [...(byLayer.get(layer) ?? []), matrix]);
  }
  const copies = map
    .flatMap(([from, to]) => Array.from({ length: Math.max(0, to - from) }, (_, at) => from + at))
    .flatMap((source, layer) =>
      (byLayer.get(source) ?? []).map((matrix) => ({
        ...matrix,
        layer,
        path: matrix.path.replace(inLayers, `$1${layer}$3`),
      })),
    );
  const outside = byLayer.get(NaN) ?? [];
  return [
    ...outside.filter(({ kind }) => kind !== 'head'),
    ...copies,
    ...outside.filter(({ kind }) => kind === 'head'),
  ];
}

import { targetOf } from '../../../src/shared/targetOf';
import type { Module } from '../../../src/shared/words';
import { rangesOf } from '../ranges';
import { emptyCell, type MapCell, type MapView } from '../training/mapView';
import type { Shared } from './sharedBy';

/** One kind of module: the A's that its layers share, and its pool of B's. */
export interface SharingKind {
  /** Its path inside a layer. */
  readonly target: string;
  readonly layers: readonly number[];
  /** Layers of each A, in the order of the first of them. */
  readonly groups: readonly (readonly number[])[];
  /** B's of its pool; 0 where each module has one of its own. */
  readonly pool: number;
}

/** The kinds of modules that a design shares tensors among, in the model's order. */
export function sharingKinds({ modules, tensors }: Shared): SharingKind[] {
  const kinds = new Map<string, Module[]>();
  for (const module of modules) {
    const target = targetOf(module);
    kinds.set(target, [...(kinds.get(target) ?? []), module]);
  }
  return [...kinds].map(([target, members]) => {
    const groups = new Map<string, number[]>();
    for (const { path, layer } of members) {
      const place = tensors.findIndex(({ tensor, members: of }) => tensor === 'A' && of.includes(path));
      // An A of one module alone is no shared tensor.
      const key = place < 0 ? path : String(place);
      groups.set(key, [...(groups.get(key) ?? []), layer]);
    }
    const pool = tensors.find(
      ({ tensor, members: of }) => tensor === 'B' && of.includes(members[0]?.path ?? ''),
    );
    return {
      target,
      layers: members.map(({ layer }) => layer),
      groups: [...groups.values()],
      pool: pool?.count ?? 0,
    };
  });
}

/** The map: which A each layer of each kind has. Groups are told apart by their number and a line; the colors of neighbors alternate. */
export function sharingMap(kinds: readonly SharingKind[]): MapView {
  const layers = [...new Set(kinds.flatMap((kind) => kind.layers))].sort((a, b) => a - b);
  return {
    columns: kinds.map(({ target }) => shortName(target)),
    rows: layers.map((layer) => ({
      head: String(layer),
      cells: kinds.map(({ groups }) => cellOf(groups, layer)),
    })),
  };
}

/** A path's last part is enough in a column. */
export const shortName = (target: string): string => target.split('.').at(-1) ?? target;

function cellOf(groups: SharingKind['groups'], layer: number): MapCell {
  const place = groups.findIndex((group) => group.includes(layer));
  const group = groups[place];
  if (group === undefined) return emptyCell;
  const others = group.filter((one) => one !== layer);
  const shared =
    others.length === 0
      ? 'of its own'
      : `shared with layer${others.length > 1 ? 's' : ''} ${rangesOf(others)}`;
  return {
    text: `A ${place + 1}`,
    fill: place % 2 === 0 ? 0.8 : 0.3,
    words: `A ${place + 1}, ${shared}`,
    isFirst: group[0] === layer,
  };
}

/** In sentences, of which kinds that are alike share one: "q_proj and v_proj each: 4 A's serve 8 layers, which draw from a pool of 4 B's." */
export function sharingWords(kinds: readonly SharingKind[]): string[] {
  const sentences = new Map<string, string[]>();
  for (const { target, layers, groups, pool } of kinds) {
    const a = groups.length === 1 ? '1 A serves' : `${groups.length} A’s serve`;
    const b = pool === 0 ? 'each of which has a B of its own' : `which draw from a pool of ${pool} B’s`;
    const said = `${a} ${layers.length} layers, ${b}`;
    sentences.set(said, [...(sentences.get(said) ?? []), shortName(target)]);
  }
  return [...sentences].map(([said, names]) => `${namesOf(names)}: ${said}.`);
}

const namesOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join() : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} each`;

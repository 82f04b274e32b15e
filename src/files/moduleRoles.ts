import type { Module, Role } from '../shared/words';
import type { BaseModel, Matrix } from './baseModel';
import { families } from './families';

/** What models of other families call their modules, by the last part of the name. */
const usualNames: Readonly<Record<string, Role>> = {
  ...{ q_proj: 'q', query: 'q', q_lin: 'q', wq: 'q', q: 'q' },
  ...{ k_proj: 'k', key: 'k', k_lin: 'k', wk: 'k', k: 'k' },
  ...{ v_proj: 'v', value: 'v', v_lin: 'v', wv: 'v', v: 'v' },
  ...{ o_proj: 'o', out_proj: 'o', out_lin: 'o', o: 'o' },
  ...{ qkv_proj: 'qkv', query_key_value: 'qkv', qkv: 'qkv', Wqkv: 'qkv', c_attn: 'qkv', in_proj: 'qkv' },
  ...{ gate_proj: 'gate', w1: 'gate', gate_up_proj: 'gate_up' },
  ...{ up_proj: 'up', w3: 'up', fc1: 'up', lin1: 'up', c_fc: 'up', fc_in: 'up', wi: 'up', wi_0: 'gate' },
  ...{ wi_1: 'up', dense_h_to_4h: 'up' },
  ...{ down_proj: 'down', w2: 'down', fc2: 'down', lin2: 'down', fc_out: 'down', dense_4h_to_h: 'down' },
};

/** The same names in attention and in the mlp. */
const ambiguous: ReadonlySet<string> = new Set(['c_proj', 'dense', 'wo']);

/**
 * The modules of a base model's layers, each with what it does there: as its family's table has it, or of a model of another
 * family as its name says. In the order of the matrices.
 *
 * @returns by matrix; those that lie in no layer, or whose name says nothing, are left out
 */
export function moduleRoles({ matrices, modelType }: BaseModel): Map<Matrix, Module> {
  const known = Object.hasOwn(families, modelType) ? families[modelType]?.roles : undefined;
  return new Map(
    matrices.flatMap((matrix): [Matrix, Module][] => {
      // The first number of the path: experts are numbered behind it.
      const [, number, rest = ''] = /^(?:.*?\.)?(\d+)\.(.+)$/.exec(matrix.checkpointPath) ?? [];
      if (number === undefined || matrix.kind !== 'linear') return [];
      const role = (known && Object.hasOwn(known, rest) ? known[rest] : undefined) ?? roleOfName(rest);
      if (!role) return [];
      const { checkpointPath: path, inFeatures, outFeatures } = matrix;
      return [[matrix, { path, layer: Number(number), role, inFeatures, outFeatures }]];
    }),
  );
}

function roleOfName(path: string): Role | undefined {
  const names = path.split('.');
  const last = names.at(-1) ?? '';
  if (Object.hasOwn(usualNames, last)) return usualNames[last];
  if (!ambiguous.has(last)) return undefined;
  return names.some((name) => /att/i.test(name)) ? 'o' : 'down';
}

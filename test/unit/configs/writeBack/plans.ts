import fc from 'fast-check';
import type { Matrix } from '../../../../src/files/baseModel';
import type { Plan, PlannedModule } from '../../../../src/shared/words';

/** The linear modules of the sample's model: what plans are made of. */
export const linear = (matrices: readonly Matrix[]): Matrix[] =>
  matrices.filter(({ layer, path }) => layer !== undefined && /(?:_attn|mlp)\.\w+$/.test(path));

export function planOf(
  rows: Iterable<readonly [string, Partial<PlannedModule> & { readonly rank: number }]>,
): Plan {
  const modules = Object.fromEntries(
    [...rows].map(([path, row]) => [path, { alpha: 2 * row.rank, experts: 1, ...row }] as const),
  );
  return { modules, shared: [] };
}

/** Plans over some layers and kinds of modules, or over any modules; of one rank, or of several. */
export function plansOn(matrices: readonly Matrix[]): fc.Arbitrary<Plan> {
  const modules = linear(matrices);
  const kinds = [...new Set(modules.map(({ path }) => path.split('.').at(-1) ?? ''))];
  const layers = [...new Set(modules.map(({ layer }) => layer ?? 0))];
  const regular = fc
    .tuple(fc.subarray(layers, { minLength: 1 }), fc.subarray(kinds, { minLength: 1 }))
    .map(([some, names]) =>
      modules.filter(
        ({ layer, path }) => some.includes(layer ?? -1) && names.includes(path.split('.').at(-1) ?? ''),
      ),
    );
  const any = fc.subarray(modules, { minLength: 1 });
  const ranks = fc.oneof(
    fc.constantFrom([4], [8], [16]),
    fc.array(fc.constantFrom(1, 2, 4, 8, 16, 32), { minLength: 2, maxLength: 5 }),
  );
  return fc.tuple(fc.oneof(regular, any), ranks, fc.constantFrom(1, 2)).map(([some, choice, scale]) =>
    planOf(
      some.map(({ path }, index) => {
        const rank = choice[index % choice.length] ?? 8;
        return [path, { rank, alpha: scale * rank }] as const;
      }),
    ),
  );
}

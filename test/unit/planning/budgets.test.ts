import assert from 'node:assert/strict';
import fc from 'fast-check';
import { allocate } from '../../../src/planning/allocate';
import { budgetLimits } from '../../../src/planning/budget';
import { planParameters } from '../../../src/planning/parameters';
import type { AllocationRequest } from '../../../src/planning/problem';
import { LabError } from '../../../src/shared/errors';
import type { PlanFile } from '../../../src/shared/planFile';
import { allocationMethods, type Budget, type Module, type Role } from '../../../src/shared/words';

const sizes: Record<string, [role: Role, inFeatures: number, outFeatures: number]> = {
  'self_attn.q_proj': ['q', 16, 16],
  'self_attn.v_proj': ['v', 16, 8],
  'mlp.down_proj': ['down', 40, 16],
};

const distinct = (length: number): fc.Arbitrary<number[]> =>
  fc.uniqueArray(fc.double({ min: 1e-3, max: 1e3, noNaN: true }), {
    minLength: length,
    maxLength: length,
    selector: (value) => value.toPrecision(6),
  });

const models: fc.Arbitrary<Module[]> = fc.integer({ min: 1, max: 7 }).chain((layers) =>
  fc
    .array(fc.subarray(Object.keys(sizes), { minLength: 1 }), { minLength: layers, maxLength: layers })
    .map((names) =>
      names.flatMap((own, layer) =>
        own.map((name) => {
          const [role, inFeatures, outFeatures] = sizes[name]!;
          return { path: `model.layers.${layer}.${name}`, layer, role, inFeatures, outFeatures };
        }),
      ),
    ),
);

const optional = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | undefined> =>
  fc.option(arbitrary, { nil: undefined });

/** Of any kind: some layers lack modules, some modules are locked or no target. */
const requests: fc.Arbitrary<AllocationRequest> = models.chain((modules) => {
  const layers = 1 + Math.max(...modules.map(({ layer }) => layer));
  return fc
    .record({
      method: fc.constantFrom(...allocationMethods),
      scores: fc.array(distinct(modules.length), { minLength: 2, maxLength: 3 }),
      gates: optional(
        fc.array(fc.array(distinct(layers), { minLength: 2, maxLength: 3 }), {
          minLength: 1,
          maxLength: 2,
        }),
      ),
      components: fc.array(distinct(4), { minLength: modules.length, maxLength: modules.length }),
      targets: fc.subarray([...new Set(modules.map(({ path }) => path.split('.').at(-1)!))], {
        minLength: 1,
      }),
      adapter: fc.record({
        rank: fc.integer({ min: 1, max: 4 }),
        alpha: fc.constant(8),
        experts: fc.integer({ min: 1, max: 4 }),
      }),
      budget: budgetsOf(layers),
      locked: fc
        .subarray(
          modules.map(({ path }) => path),
          { maxLength: Math.min(2, modules.length) },
        )
        .chain((paths) =>
          fc
            .array(fc.integer({ min: 0, max: 2 }), { minLength: paths.length, maxLength: paths.length })
            .map((experts) =>
              Object.fromEntries(
                paths.map((path, index) => [
                  path,
                  { rank: 3, alpha: 4, experts: experts[index]!, locked: true },
                ]),
              ),
            ),
        ),
      options: fc.record({
        quantile: fc.double({ min: 0, max: 0.8, noNaN: true }),
        grouping: fc.constantFrom('type' as const, 'pooled' as const, 'attention-mlp' as const),
        statistic: fc.constantFrom('sum' as const, 'mean' as const),
        strideA: fc.integer({ min: 1, max: 3 }),
        numB: fc.integer({ min: 1, max: 3 }),
        minExperts: fc.integer({ min: 0, max: 1 }),
        maxExperts: fc.constantFrom(2, 6, Infinity),
      }),
    })
    .map((rest): AllocationRequest => ({ modules, ...rest }));
});

function budgetsOf(layers: number): fc.Arbitrary<Budget> {
  return fc.record({
    layers: optional(
      fc.oneof(
        fc.record({ share: fc.double({ min: 0.01, max: 1, noNaN: true }) }),
        fc.record({ count: fc.integer({ min: 1, max: layers }) }),
      ),
    ),
    parameters: optional(fc.integer({ min: 50, max: 8000 })),
    experts: optional(fc.integer({ min: 1, max: 60 })),
    megabytes: optional(fc.double({ min: 0.001, max: 0.1, noNaN: true })),
  });
}

/** Undefined where the request is refused, as it may be. */
function attempt(request: AllocationRequest): PlanFile | undefined {
  try {
    return allocate(request);
  } catch (thrown) {
    const refusals = ['budget-too-small', 'scores-invalid', 'option-invalid'];
    if (thrown instanceof LabError && refusals.includes(thrown.code)) return undefined;
    throw thrown;
  }
}

const total = (
  { plan, totals }: PlanFile,
  modules: readonly Module[],
): Record<'layers' | 'experts', number> => {
  const adapted = modules.filter(({ path }) => (plan.modules[path]?.experts ?? 0) > 0);
  assert.equal(adapted.length, totals.modules);
  return {
    layers: new Set(adapted.map(({ layer }) => layer)).size,
    experts: adapted.reduce((sum, { path }) => sum + plan.modules[path]!.experts, 0),
  };
};

describe('every allocation method', function () {
  this.timeout(300_000);
  const runs = 1000;

  it('stays within its budget, locked rows included, and counts what it lists', () => {
    const made = new Map<string, number>();
    fc.assert(
      fc.property(requests, (request) => {
        const file = attempt(request);
        if (!file) return;
        made.set(request.method, 1 + (made.get(request.method) ?? 0));
        const { modules, budget, locked = {} } = request;
        const limits = budgetLimits(budget, 1 + Math.max(...modules.map(({ layer }) => layer)));
        const { layers, experts } = total(file, modules);
        assert.deepEqual([file.totals.layers, file.totals.experts], [layers, experts]);
        assert.ok(layers <= limits.layers);
        assert.ok(experts <= limits.experts);
        assert.ok(file.totals.parameters <= limits.parameters);
        const form =
          request.method === 'lora-smoe'
            ? 'mola'
            : ['lily', 'eva'].includes(request.method)
              ? 'lora'
              : 'hydra';
        assert.equal(file.totals.parameters, planParameters(file.plan, modules, form));
        const { maxExperts = Infinity, minExperts = 0 } = request.options ?? {};
        for (const [path, row] of Object.entries(file.plan.modules)) {
          assert.ok(
            request.targets.some((target) => path.endsWith(`.${target}`)) || Object.hasOwn(locked, path),
          );
          if (Object.hasOwn(locked, path)) continue;
          assert.ok(row.rank >= 1 && row.alpha > 0);
          assert.ok(row.experts >= Math.max(1, minExperts) && row.experts <= maxExperts);
        }
        for (const [path, row] of Object.entries(locked)) assert.deepEqual(file.plan.modules[path], row);
      }),
      { seed: 31, numRuns: runs },
    );
    for (const method of allocationMethods) assert.ok((made.get(method) ?? 0) > 20, method);
  });

  it('never uses less of what a limit bounds where the limit rises', () => {
    const bounded = ['layers', 'parameters', 'experts', 'megabytes'] as const;
    fc.assert(
      fc.property(
        requests,
        fc.constantFrom(...bounded),
        fc.double({ min: 0.05, max: 1, noNaN: true }),
        (request, which, part) => {
          const { modules } = request;
          const layers = 1 + Math.max(...modules.map(({ layer }) => layer));
          const most = { layers, parameters: 8000, experts: 60, megabytes: 0.04 }[which];
          const [low, high] = [part * most * 0.9, part * most];
          const budgetOf = (value: number): Budget =>
            which === 'layers'
              ? { ...request.budget, layers: { count: Math.max(1, Math.round(value)) } }
              : {
                  ...request.budget,
                  [which]: which === 'megabytes' ? value : Math.max(1, Math.round(value)),
                };
          const used = (value: number): number => {
            const totals = attempt({ ...request, budget: budgetOf(value) })?.totals;
            return totals === undefined ? 0 : totals[which === 'megabytes' ? 'parameters' : which];
          };
          assert.ok(used(high) >= used(low));
          const rest: Budget = { ...request.budget, [which]: undefined };
          // lora-smoe takes the quantile of the vote where neither experts nor parameters are limited.
          if (request.method !== 'lora-smoe' || which === 'layers') {
            const unlimited = attempt({ ...request, budget: rest })?.totals;
            assert.ok((unlimited?.[which === 'megabytes' ? 'parameters' : which] ?? 0) >= used(high));
          }
        },
      ),
      { seed: 32, numRuns: 2 * runs },
    );
  });

  it('depends neither on the scale of the scores nor on the order of the modules', () => {
    fc.assert(
      fc.property(
        requests.chain((request) =>
          fc.tuple(
            fc.constant(request),
            fc.shuffledSubarray([...request.modules.keys()], {
              minLength: request.modules.length,
            }),
          ),
        ),
        fc.double({ min: 1e-6, max: 1e6, noNaN: true }),
        ([request, order], factor) => {
          const first = attempt(request);
          const louder = (task: readonly number[]): number[] => task.map((score) => score * factor);
          const scaled = attempt({
            ...request,
            scores: request.scores.map(louder),
            gates: request.gates?.map((samples) => samples.map(louder)),
            components: request.components?.map(louder),
          });
          assert.deepEqual(scaled, first);
          const moved = attempt({
            ...request,
            modules: order.map((index) => request.modules[index]!),
            scores: request.scores.map((task) => order.map((index) => task[index]!)),
            components: order.map((index) => request.components![index]!),
          });
          assert.deepEqual(moved, first);
        },
      ),
      { seed: 33, numRuns: runs },
    );
  });
});

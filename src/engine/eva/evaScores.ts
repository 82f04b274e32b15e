import { splitHalves, type Stability } from '../../planning/stability';
import { meanAndError } from '../../shared/meanAndError';
import type { LayerScore, ModuleScore } from '../../shared/scoreFile';
import type { Module } from '../../shared/words';
import { sum, type ExplainedVariance } from './explainedVariance';

/**
 * One task's shares of variance. A module's score is the sum of its components' shares, a layer's the sum over its modules;
 * the standard errors are half the difference of the two halves of the samples.
 */
export class EvaScores {
  private readonly found = new Map<string, ExplainedVariance>();

  constructor(
    private readonly modules: readonly Module[],
    private readonly layers: number,
  ) {}

  set(path: string, variance: ExplainedVariance): void {
    this.found.set(path, variance);
  }

  moduleScores(): ModuleScore[] {
    return this.modules.map((module) => {
      const { components, halves } = this.of(module);
      return {
        ...module,
        score: sum(components),
        standardError: meanAndError(halves).standardError,
        components: [...components],
      };
    });
  }

  layerScores(): LayerScore[] {
    return Array.from({ length: this.layers }, (_, layer) => {
      const own = this.modules.filter((module) => module.layer === layer).map((module) => this.of(module));
      const halves = (own[0]?.halves ?? []).map((__, half) => sum(own.map((one) => one.halves[half] ?? 0)));
      return {
        layer,
        score: sum(own.map(({ components }) => sum(components))),
        standardError: meanAndError(halves).standardError,
      };
    });
  }

  stability(): Stability {
    return splitHalves(this.modules.map((module) => this.of(module).halves));
  }

  private of({ path }: Module): ExplainedVariance {
    return this.found.get(path) ?? { components: [], halves: [] };
  }
}

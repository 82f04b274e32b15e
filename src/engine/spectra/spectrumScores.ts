import type { Stability } from '../../planning/stability';
import type { LayerScore, ModuleScore } from '../../shared/scoreFile';
import type { Module } from '../../shared/words';
import type { PowerLaw } from './hill';

/** Exponents of every module's spectrum; a layer's is the mean of its modules', as AlphaLoRA has it. */
export class SpectrumScores {
  private readonly found = new Map<string, PowerLaw>();

  constructor(
    private readonly modules: readonly Module[],
    private readonly layers: number,
  ) {}

  set(path: string, law: PowerLaw): void {
    this.found.set(path, law);
  }

  moduleScores(): ModuleScore[] {
    return this.modules.map((module) => {
      const { exponent: score, standardError } = this.of(module);
      return { ...module, score, standardError };
    });
  }

  layerScores(): LayerScore[] {
    return Array.from({ length: this.layers }, (_, layer) => {
      const own = this.modules.filter((module) => module.layer === layer).map((module) => this.of(module));
      const count = Math.max(1, own.length);
      return {
        layer,
        score: own.reduce((sum, { exponent }) => sum + exponent, 0) / count,
        standardError: Math.sqrt(own.reduce((sum, law) => sum + law.standardError ** 2, 0)) / count,
      };
    });
  }

  /** Whatever half of the samples is taken, the weights are the same. */
  stability(): Stability {
    return { halvesKendallTau: 1, topKAgreement: 1 };
  }

  private of({ path }: Module): PowerLaw {
    return this.found.get(path) ?? { exponent: 0, standardError: 0 };
  }
}

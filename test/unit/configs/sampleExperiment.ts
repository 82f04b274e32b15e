import assert from 'node:assert/strict';
import { parseExperiment } from '../../../src/configs/experiment/parse';
import type { Plan, PlannedModule } from '../../../src/shared/words';

/** The experiment of the documentation, with all its comments. */
export const sampleExperiment = `version: 1
model: models/tiny-llama            # a Hugging Face folder: config.json, *.safetensors, tokenizer.json
tasks:                              # one or more; LoRA-SMoE's vote needs several
  - name: spam
    kind: classification            # or causal-lm
    train: data/spam.train.jsonl
    validation: data/spam.validation.jsonl
    text: text
    label: label
method: floe                        # lora | floe | lora-smoe | lily | dynamic-lora | adalora
adapter: { targets: [q_proj, v_proj, down_proj], rank: 8, alpha: 16, experts: 4, top_k: 2 }
score:   { samples: 256, batch_size: 8, max_length: 256 }
budget:  { layers: 25% }            # or parameters: 200k, or experts: 48
search:  { ranks: [2, 4, 8, 16, 32, 64], layers: [25%, 50%, 100%], evaluations: 8 }
train:   { epochs: 1, learning_rate: 3e-4, batch_size: 8, max_length: 256, seeds: [1, 2, 3] }
target_config: configs/axolotl.yml  # the trainer's file that the plan is written back to; optional
executor: local                     # or slurm
plan:                               # written by Adapter Lab, edited by hand as you like
  modules:
    model.layers.3.self_attn.q_proj: { rank: 8, alpha: 16, experts: 4 }   # locked: true keeps the allocator off
  shared: []                        # Lily: { tensor: A, members: [...], count: 1 }
`;

/** The same without its plan. */
export const planless = sampleExperiment.slice(0, sampleExperiment.indexOf('plan: '));

/** A row of a plan: rank 8, alpha 16, but for what is said. */
export const row = (experts: number, change: Partial<PlannedModule> = {}): PlannedModule => ({
  rank: 8,
  alpha: 16,
  experts,
  ...change,
});

export const planOf = (modules: Record<string, PlannedModule>, shared: Plan['shared'] = []): Plan => ({
  modules,
  shared,
});

/** The plan of an experiment without a mistake. */
export const parsed = (text: string): Plan | undefined => {
  const { experiment, issues } = parseExperiment(text, '/x.adapter.yaml');
  assert.ok(experiment, JSON.stringify(issues));
  return experiment.plan;
};

import type { ExperimentMethod } from '../../shared/words';

/** A method for people. */
export interface MethodWords {
  readonly method: ExperimentMethod;
  readonly title: string;
  /** What it does, without a period. */
  readonly what: string;
  readonly source?: string;
  /** Behind `method:` in a new experiment. */
  readonly comment: string;
  readonly experts: number;
}

/** The methods in the order in which they are offered; the type makes a new one be missed. */
const words: Readonly<Record<ExperimentMethod, Omit<MethodWords, 'method'>>> = {
  floe: {
    title: 'FLoE',
    what: 'Adapters in the layers that matter most, none in the others',
    source: 'arXiv 2506.00495',
    comment: 'keep the layers with the highest Fisher information',
    experts: 1,
  },
  'lora-smoe': {
    title: 'LoRA-SMoE',
    what: 'A mixture of experts: as many for a module as tasks that it matters for',
    source: 'arXiv 2505.06272',
    comment: 'experts by the vote of the tasks',
    experts: 4,
  },
  lora: {
    title: 'LoRA',
    what: 'The same rank everywhere: what other plans are held against',
    comment: 'the same rank in every target',
    experts: 1,
  },
  adalora: {
    title: 'AdaLoRA',
    what: 'Starts alike and prunes ranks while it trains',
    source: 'arXiv 2303.10512',
    comment: 'ranks are pruned while it trains',
    experts: 1,
  },
  'dynamic-lora': {
    title: 'Dynamic LoRA',
    what: 'Moves rank between layers while it trains',
    comment: 'rank moves between layers while it trains',
    experts: 1,
  },
  lily: {
    title: 'Lily',
    what: 'Neighboring layers share A, all share a pool of B’s',
    source: 'arXiv 2407.09946',
    comment: 'neighboring layers share A, all share a pool of B’s',
    experts: 1,
  },
};

export const methodWords = (method: ExperimentMethod): MethodWords => ({ method, ...words[method] });

/** The methods in the order in which they are offered. @param tasks several of them can vote */
export function methodsFor(tasks: number): MethodWords[] {
  const all = (Object.keys(words) as ExperimentMethod[]).map(methodWords);
  if (tasks < 2) return all;
  return [...all].sort((a, b) => Number(b.method === 'lora-smoe') - Number(a.method === 'lora-smoe'));
}

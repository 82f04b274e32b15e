/** What a report may cite; it cites only what its run used. */
const works = {
  lora: 'Hu et al. 2021. LoRA: Low-Rank Adaptation of Large Language Models. arXiv 2106.09685.',
  floe: 'Wang et al. 2025. FLoE: Fisher-Based Layer Selection for Efficient Sparse Adaptation of Low-Rank Experts. arXiv 2506.00495.',
  loraSmoe:
    'Xu and Diao 2025. A Sensitivity-Driven Expert Allocation Method in LoRA-MoE for Efficient Fine-Tuning. arXiv 2505.06272.',
  lily: 'Zhong, Zhao and Zhou 2024. Low-Rank Interconnected Adaptation across Layers. arXiv 2407.09946.',
  dynamicLora:
    'Liao et al. 2025. Dynamic Adaptation of LoRA Fine-Tuning for Efficient and Task-Specific Optimization of Large Language Models. arXiv 2501.14859.',
  adaLora:
    'Zhang et al. 2023. AdaLoRA: Adaptive Budget Allocation for Parameter-Efficient Fine-Tuning. arXiv 2303.10512.',
  eva: 'Paischer et al. 2024. One Initialization to Rule them All: Fine-tuning via Explained Variance Adaptation. arXiv 2410.07170.',
  hydraLora:
    'Tian et al. 2024. HydraLoRA: An Asymmetric LoRA Architecture for Efficient Fine-Tuning. arXiv 2404.19245.',
  mola: 'Gao et al. 2024. Higher Layers Need More LoRA Experts. arXiv 2402.08562.',
  priLora:
    'Benedek and Wolf 2024. PRILoRA: Pruned and Rank-Increasing Low-Rank Adaptation. arXiv 2401.11316.',
  alphaLora:
    'Qing et al. 2024. AlphaLoRA: Assigning LoRA Experts Based on Layer Training Quality. arXiv 2410.10054.',
  taylor:
    'Molchanov et al. 2017. Pruning Convolutional Neural Networks for Resource Efficient Inference. ICLR. arXiv 1611.06440.',
  noisyImprovement:
    'Letham, Karrer, Ottoni and Bakshy 2019. Constrained Bayesian Optimization with Noisy Experiments. Bayesian Analysis 14(2), 495–519.',
  pigeonhole: 'Owen 2007. The pigeonhole bootstrap. The Annals of Applied Statistics 1(2), 386–411.',
  looks:
    'Pocock 1977. Group sequential methods in the design and analysis of clinical trials. Biometrika 64(2), 191–199.',
} as const;
export type Work = keyof typeof works;

/** Numbers works in the order in which they are first cited. */
export class References {
  private readonly cited: Work[] = [];

  /** "[2]", or "[1, 3]" of several. */
  cite(...named: readonly Work[]): string {
    for (const work of named) if (!this.cited.includes(work)) this.cited.push(work);
    return `[${named.map((work) => this.cited.indexOf(work) + 1).join(', ')}]`;
  }

  /** What was cited, in the order of its numbers. */
  get list(): readonly string[] {
    return this.cited.map((work) => works[work]);
  }
}

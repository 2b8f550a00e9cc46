/** The words of the field that several pages use, each with its meaning. */

interface Term {
  readonly name: string;
  /** Shown where the word is pointed at. */
  readonly meaning: string;
}

export const terms = {
  model: { name: 'Model', meaning: 'The network that was measured.' },
  plan: {
    name: 'Plan',
    meaning: 'How the network is executed: one kernel an operator, or one kernel a block.',
  },
  layerwise: { name: 'layerwise', meaning: 'One kernel for every operator; activations are folded in.' },
  fused: {
    name: 'fused',
    meaning:
      'One kernel for a whole block, whose intermediates never leave the caches nearest to the arithmetic.',
  },
  top1: { name: 'ImageNet top-1', meaning: 'Published accuracy of the trained network at this image size.' },
  operations: {
    name: 'Operations',
    meaning: 'Two for every multiply-accumulate of convolutions and linear layers; useful work only.',
  },
  latency: {
    name: 'Latency',
    meaning:
      'Median of all samples, each one pass over the whole network; in brackets its 95% confidence interval.',
  },
  ideal: { name: 'Ideal', meaning: 'Ideal latency: operations ÷ measured peak. No program can be faster.' },
  waterline: {
    name: 'Waterline',
    meaning:
      'Waterline latency: the sum over the kernels of the larger of operations ÷ peak and bytes ÷ bandwidth of the memory ' +
      'level that holds them. The best that this plan can do on this machine.',
  },
  efficiency: {
    name: 'Efficiency',
    meaning:
      'Computational efficiency: ideal ÷ undisturbed latency, the share of the peak that does useful work.',
  },
  gap: {
    name: 'Gap',
    meaning: 'Efficiency gap: latency ÷ ideal latency = memory gap × kernel gap × lost to other work.',
  },
  memoryGap: {
    name: 'Memory gap',
    meaning:
      'Waterline ÷ ideal latency: what memory costs this plan. Only another plan or another network lowers it.',
  },
  kernelGap: {
    name: 'Kernel gap',
    meaning: 'Undisturbed latency ÷ waterline: what better kernels could still win.',
  },
  undisturbed: {
    name: 'Undisturbed',
    meaning:
      'What the machine does when it is left alone: the lower quartile, over rounds, of their 10th percentiles.',
  },
  disturbance: {
    name: 'Other work',
    meaning: 'Latency ÷ undisturbed latency: what other programs, or other guests of the host, took.',
  },
  timeSplit: {
    name: 'Time split',
    meaning:
      'The latency in four parts: ideal latency, what memory adds to it, what the kernels add, and what other work takes.',
  },
  verified: {
    name: 'Verified',
    meaning: 'Every kernel was checked against a reference in double precision before anything was timed.',
  },
  dtype: { name: 'Type', meaning: 'Data type of weights and activations.' },
  provider: {
    name: 'Provider',
    meaning:
      'Whose kernels were measured: native are those of Plimsoll, others are libraries to compare with.',
  },
  batch: { name: 'Batch', meaning: 'Images in one pass.' },
  threads: { name: 'Threads', meaning: 'Threads that work on one pass, each pinned to a core.' },
  cacheState: {
    name: 'Caches',
    meaning:
      'What the caches hold when a pass begins: in-network, what the pass before left; hot, each kernel ran just before; all-cold, nothing of the network.',
  },
  kernel: { name: 'Kernel', meaning: 'One launch: it covers one or more operators.' },
  implementation: { name: 'Implementation', meaning: 'Which code executed the kernel.' },
  predicted: {
    name: 'Predicted',
    meaning:
      'What the kernel’s planner expected by the measured ceilings: arithmetic, activations and the traffic of each memory level, ' +
      'added up as if nothing overlapped. It cuts the block so that this is least.',
  },
  share: { name: 'Share', meaning: 'Of the time of all kernels.' },
  limit: {
    name: 'Limit',
    meaning: 'What sets the waterline of the kernel: the arithmetic, or a level of the memory.',
  },
} as const satisfies Record<string, Term>;

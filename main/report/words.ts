/** What the words of a report mean, for someone who has never read one. */

export const words: readonly (readonly [term: string, meaning: string])[] = [
  ['Images per second', 'How many images the machine classifies each second: images in one pass ÷ latency.'],
  ['Latency', 'The time of one pass through the whole network: the median of all samples.'],
  [
    'Undisturbed latency',
    'The same when the machine is left alone: the lower quartile, over rounds, of the fastest tenth of their samples.',
  ],
  [
    'Lost to other work',
    'Latency ÷ undisturbed latency: what other programs, or other guests of the host, took while it was measured.',
  ],
  [
    '95% interval',
    'In brackets. Where the median of many more rounds would lie in 19 of 20 cases. It tells how steady the machine was, not how ' +
      'right the method is.',
  ],
  [
    'Operations',
    'The multiplications and additions that the network needs; one multiply-accumulate (MAC) is two. Only useful ones are counted.',
  ],
  [
    'Peak (ceiling)',
    'The most operations a second that the machine sustained in this very run. Theoretical is what the instruction set and the ' +
      'clock would allow.',
  ],
  ['Ideal latency', 'Operations ÷ peak: no program that executes these operations can be faster here.'],
  [
    'Waterline',
    'The shortest time in which this sequence of kernels could run, were each limited only by the slower of its arithmetic and ' +
      'its memory traffic. The DRAM waterline takes every byte from main memory, as the paper does.',
  ],
  ['Efficiency', 'Ideal ÷ undisturbed latency: the share of the machine’s arithmetic that does useful work.'],
  [
    'Efficiency gap',
    'Latency ÷ ideal latency: how many times longer than ideal it takes. It is the memory gap × the kernel gap × what is lost to other work.',
  ],
  [
    'Memory gap',
    'Waterline ÷ ideal latency: what memory costs. Only another plan, another network or a faster memory lowers it.',
  ],
  [
    'Kernel gap',
    'Undisturbed latency ÷ waterline: what better programs could still win on the same machine.',
  ],
  [
    'Plan',
    'How the network is executed: layerwise, one kernel an operator; or fused, one kernel for a whole block of operators.',
  ],
  ['Provider', 'Whose programs were measured: native are those of Plimsoll, others are libraries.'],
  ['Batch', 'Images in one pass.'],
  [
    'Top-1',
    'The share of the ImageNet test images that the trained network names rightly, as published; not measured here.',
  ],
  [
    'Verified',
    'Every kernel’s result was held against a reference in double precision before any time was taken.',
  ],
  [
    '! (marked)',
    'Something makes the figure doubtful: other programs ran, the clock changed, a bound was beaten, or its check proves little. The reason is given.',
  ],
  ['* (reconstruction)', 'The network’s description is not fully published; what was filled in is said.'],
];

export const methodSource = 'Lavin, On the Efficiency of Convolutional Neural Networks, arXiv 2404.03617.';

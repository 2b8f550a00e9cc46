/** Texts that tables of measurements share. */

export const tableTexts = {
  title: 'Measurements',
  marks: {
    name: 'Marks',
    meaning: 'Warnings while it was measured. The letters are explained below the table.',
  },
  open: (model: string, plan: string) => `Kernels of ${model}, ${plan}`,
  parts: { ideal: 'ideal', memory: 'memory', kernels: 'kernels', others: 'other work' },
  partMeanings: {
    ideal: 'ideal latency: the arithmetic at its peak',
    memory: 'added by memory, even with perfect kernels',
    kernels: 'added by the kernels',
    others: 'lost to other work on the machine',
  },
  yes: 'yes',
  no: 'no',
  mistrusted: 'MISTRUSTED',
  mistrustedMeaning: 'The result is right, but its check proves little: the marks say why.',
  sortBy: (column: string) => `Sort by ${column}`,
  samples: (count: number) => `${count} samples`,
  measurement: 'Measurement',
} as const;

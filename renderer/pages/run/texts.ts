/** Texts of the page Efficiency gap. */

export const summaryTexts = {
  warnings: (kinds: number) => (kinds === 1 ? '1 kind of warning' : `${kinds} kinds of warnings`),
  warning: (count: number, happened: string, effect: string, action: string) =>
    `${count === 1 ? '1 result' : `${count} results`}: ${happened}. ${effect} ${action}`,
} as const;

export const runPageTexts = {
  help:
    'Left: accuracy over operations. Right: accuracy over latency. A bar runs from the ideal latency to the measured one. On ' +
    'logarithmic axes its length is the factor of the gap. Two plans of one model are drawn a little apart.',
  machineAndCeilings: 'Machine and ceilings of this run',
} as const;

export const lostTexts = { title: 'Cases without a result' } as const;

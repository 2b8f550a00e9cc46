/** Texts of the page Efficiency gap. */

export const summaryTexts = {
  alarms: (marked: number, all: number) =>
    `${marked} of ${all} measurements ${marked === 1 ? 'has' : 'have'} a mark: the true error may exceed the interval. Efficiency gap shows the reasons.`,
} as const;

export const runPageTexts = {
  help:
    'Left: accuracy over operations. Right: accuracy over latency. A bar runs from the ideal latency to the measured one. On ' +
    'logarithmic axes its length is the factor of the gap. Two plans of one model are drawn a little apart.',
  machineAndCeilings: 'Machine and ceilings of this run',
} as const;

export const lostTexts = { title: 'Cases without a result' } as const;

/** Texts of the page Efficiency gap. */

export const summaryTexts = {
  alarms: (marked: number, all: number) =>
    `${marked} of ${all} measurements ${marked === 1 ? 'is' : 'are'} marked with a !: ${marked === 1 ? 'it' : 'they'} may be wrong by more than the interval says. Point at the mark for what was seen.`,
} as const;

export const runPageTexts = {
  help:
    'Left: accuracy over operations. Right: accuracy over latency. A bar runs from the ideal latency to the measured one. On ' +
    'logarithmic axes its length is the factor of the gap. Two plans of one model are drawn a little apart.',
  machineAndCeilings: 'Machine and ceilings of this run',
} as const;

export const lostTexts = { title: 'Without a figure' } as const;

/** Texts of the page Overview. */

export const overviewTexts = {
  sentence: 'This machine as it is now, what its last run measured, and what should be looked at.',
  lastRun: {
    title: 'Last run',
    when: (time: string, suite: string) => `${time}, suite ${suite}`,
    lowest: 'Lowest efficiency',
    all: 'All of its figures',
  },
  check: {
    title: 'Updated since the last run',
    text: (updates: string) => `${updates}. A check run shows whether anything became faster or slower.`,
    start: (cases: number) =>
      `Check run: measure ${cases === 1 ? '1 result' : `${cases} results`} again and compare`,
  },
  noise: {
    real: (provider: string, change: string, from: string) =>
      `Only changes of ${change} or more count as real (${provider}; ${from}).`,
    unknown: 'this machine’s noise has not been measured yet',
    from: {
      runs: (pairs: number) => `${pairs} pairs of equal runs`,
      test: (pairs: number) => `a test of ${pairs} pairs`,
    },
    test: 'Measure the noise (20 s)',
  },
  health: {
    title: 'Health',
    well: 'Nothing is marked, nothing was lost, and every check of the program is well.',
    unchanged: 'The machine is as it was in its last run.',
    lost: (count: number) =>
      `${count === 1 ? '1 measurement' : `${count} measurements`} of the last run gave no figure; the page of the efficiency gap says why.`,
    setAside: (count: number) =>
      `${count === 1 ? '1 round' : `${count} rounds`} of the last run ${count === 1 ? 'was' : 'were'} disturbed and set aside; the figures are from the others.`,
    changed: (name: string, before: string, now: string) =>
      `Changed since the last run: ${name}, from ${before || 'none'} to ${now || 'none'}. Its figures may no longer hold.`,
  },
} as const;

/** Texts of the page Overview. */

export const overviewTexts = {
  verdict: {
    title: 'Verdict',
    states: { fine: 'Fine', check: 'Check', unknown: 'Unknown' },
    marks: { fine: '✓', check: '!', unknown: '?' },
  },
  machine: 'Machine and ceilings',
  lastRun: {
    title: 'Last run',
    when: (time: string, suite: string) => `${time}, suite ${suite}`,
    lowest: 'Lowest efficiency',
    all: 'View all results',
  },
  check: {
    title: 'Updated since the last run',
    text: (updates: string) => `${updates}. A check run shows whether anything became faster or slower.`,
    start: (cases: number) =>
      `Check run: measure ${cases === 1 ? '1 result' : `${cases} results`} again and compare`,
  },
  testNoise: 'Measure the noise (20 s)',
  health: {
    title: 'Health',
    well: 'Nothing was lost or changed, and all checks of the program passed.',
    unchanged: 'The machine is as it was in its last run.',
    lost: (count: number) =>
      `${count === 1 ? '1 case' : `${count} cases`} of the last run gave no result. Efficiency gap has the reasons.`,
    setAside: (count: number) =>
      `${count === 1 ? '1 round was' : `${count} rounds were`} disturbed and set aside. The results are from the others.`,
    changed: (name: string, before: string, now: string) =>
      `Changed since the last run: ${name}, from ${before || 'none'} to ${now || 'none'}. Profile again.`,
  },
} as const;

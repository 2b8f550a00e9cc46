/** Texts of everything that names, chooses or deletes a run. */

export const runTexts = {
  label: 'Run',
  empty: {
    title: 'Nothing has been measured yet',
    text:
      'Profiling measures the ceilings of this machine, then runs one small network of each family, checks its result ' +
      'and times it. It takes about a minute and a half; leave the machine alone meanwhile.',
    toProfile: 'To profiling',
  },
  nothingMeasured: {
    title: 'This run has no measurement yet',
    text: 'A run shows its first results within a minute. After it has ended, the page Efficiency gap lists what was lost, and why.',
  },
  option: (time: string, suite: string, machine: string, status: string, id: string) =>
    `${time} · ${suite} · ${machine}${status === 'finished' ? '' : ` · ${status}`} · ${id}`,
  choose: 'Type a part of the time, suite, machine or id; the arrow keys go through the runs.',
  nothingFound: (query: string) => `No run has “${query}” in its time, suite, machine or id.`,
  status: {
    running: 'running',
    finished: 'finished',
    cancelled: 'cancelled: what was measured is kept',
    interrupted: 'interrupted: its program ended; what was measured is kept',
    failed: 'failed',
  },
  export: 'Export as JSON',
  remove: 'Delete',
  removeQuestion: 'It goes from every page and from every comparison. It is kept for 30 days.',
  removeReally: 'Delete this run',
  keep: 'Keep it',
  notFound: 'Show the newest run',
} as const;

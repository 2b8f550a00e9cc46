/** Texts of the ceilings. */

export const ceilingTexts = {
  title: 'Ceilings',
  meaning:
    'What the machine sustains, measured at the start and at the end of the run, of which the higher counts.',
  arithmetic: 'Arithmetic',
  threads: (count: number) => (count === 1 ? '1 thread' : `${count} threads`),
  measured: 'measured',
  theoretical: 'theoretical',
  theoreticalMeaning: 'Operations a cycle of the instruction set × the clock measured in the same moment.',
  memory: 'Memory',
  noneMeasured: 'They were not measured.',
  sweep: 'All working sets that were tried',
  workingSet: 'Working set',
  launch: (time: string) => `From one launch to the next: ${time}`,
  launchMeaning: 'Of a kernel that does nothing, so that this is the least that a kernel costs.',
  access: { read: 'read', write: 'write', copy: 'copy', triad: 'triad' },
} as const;

/** Texts of the frame around every page. */

export const shellTexts = {
  skip: 'Skip to the page',
  navigation: 'Pages',
  groups: {
    machine: 'Machine',
    run: 'Run',
    runs: 'Several runs',
    networks: 'Networks',
    program: 'Program',
  },
  keyHint: (key: string) => `Keys: g, then ${key}`,
} as const;

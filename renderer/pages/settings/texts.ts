/** Texts of the page Settings. */

export const settingsTexts = {
  sentence: 'What Plimsoll does unasked, and where it keeps what was measured.',
  problem: 'The settings could not be read',
  theme: 'Theme',
  themes: { system: 'as the system has it', light: 'light', dark: 'dark' },
  profiling: 'Profiling',
  profilingMeaning: 'Where nothing else is asked for, in the app and on the command line.',
  softwareAdapters: 'Offer software adapters, which run on the processor and are no GPU',
  figures: 'Noise threshold',
  noise: (percent: string) =>
    `Changes below ${percent}% never count as real: memory placement and code layout alone cause as much. ` +
    'A noisier machine has a higher threshold of its own; Overview, Compare and History show it.',
  noNoise: 'This machine’s noise has not been measured yet.',
  own: (provider: string, percent: string) =>
    `Only changes of ${percent}% or more count as real (${provider}).`,
  data: 'Data',
  folder: 'The runs and these settings lie in',
  stored: (runs: number) =>
    runs === 0 ? 'No run is stored.' : `${runs === 1 ? '1 run is' : `${runs} runs are`} stored.`,
  deleteAll: 'Delete all runs',
  deleteReally: (runs: number) =>
    `${runs === 1 ? 'The run' : `All ${runs} runs`}, and those deleted before, will be gone for good. Export what you want to keep.`,
  deleteAllForGood: 'Delete all for good',
  deleted: (runs: number) => `${runs === 1 ? '1 run was' : `${runs} runs were`} deleted.`,
} as const;

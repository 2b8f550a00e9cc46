/** Texts of the page Settings. */

export const settingsTexts = {
  sentence: 'Defaults, and where your data is stored.',
  problem: 'The settings could not be read',
  theme: 'Theme',
  themes: { system: 'System default', light: 'Light', dark: 'Dark' },
  profiling: 'Profiling',
  profilingMeaning: 'Used unless you choose otherwise, here and on the command line.',
  softwareAdapters: 'Offer software adapters, which run on the processor and are not GPUs',
  figures: 'Noise threshold',
  noise: (percent: string) =>
    `Changes below ${percent}% never count as real: memory placement and code layout alone cause as much. ` +
    'A noisier machine has a higher threshold of its own; Overview, Compare and History show it.',
  noNoise: 'This machine’s noise has not been measured yet.',
  own: (provider: string, percent: string) =>
    `Only changes of ${percent}% or more count as real (${provider}).`,
  data: 'Data',
  folder: 'Runs and settings are stored in',
  stored: (runs: number) =>
    runs === 0 ? 'No run is stored.' : `${runs === 1 ? '1 run is' : `${runs} runs are`} stored.`,
  deleteAll: 'Delete all runs',
  deleteReally: (runs: number) =>
    `${runs === 1 ? 'The run' : `All ${runs} runs`}, and those deleted before, will be deleted for good. Export what you want to keep.`,
  deleteAllForGood: 'Delete all for good',
  deleted: (runs: number) => `${runs === 1 ? '1 run was' : `${runs} runs were`} deleted.`,
} as const;

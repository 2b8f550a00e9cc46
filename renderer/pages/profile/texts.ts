/** Texts of the page Profile. */

export const profileTexts = {
  sentence: 'Benchmark this machine and watch the progress.',
  form: 'Benchmark',
  start: 'Profile this machine',
  again: 'Profile again',
  choose: 'Choose what is measured',
  what: 'Networks',
  aSuite: 'A suite',
  ownModels: 'Networks of my choice',
  suite: 'Suite',
  budgetOf: 'For as long as the suite',
  allShown: 'Choose all shown',
  noneShown: 'Choose none',
  modelsChosen: (count: number) => `${count === 1 ? '1 network' : `${count} networks`} chosen.`,
  with: 'Providers',
  providers: {
    native: 'The kernels of Plimsoll itself, in C++.',
    onednn: 'Intel’s library, to compare with.',
    webgpu: 'The GPU, by WebGPU in a program of its own.',
    'webgpu-page': 'The GPU, by the WebGPU of the browser.',
  },
  device: (name: string, isSoftware: boolean) =>
    isSoftware ? `${name} (software adapter: it runs on the processor, and is no GPU)` : name,
  fuses: (blocks: string) => `fuses ${blocks}`,
  hidden: (count: number) =>
    `${count === 1 ? '1 provider is' : `${count} providers are`} not shown, for a software adapter is all that ${count === 1 ? 'it has' : 'they have'}. The settings show ${count === 1 ? 'it' : 'them'}.`,
  inBrowserMeaning:
    'WebGPU in the browser runs in a page of its own, which opens when the run begins and must stay open.',
  how: 'How',
  dtypes: 'Data types',
  batches: 'Batch sizes',
  batchesMeaning: 'Images in one pass: a number, or several with commas between.',
  allCores: 'all cores',
  plan: {
    title: 'Plan and duration',
    takes: (cases: number, time: string) => `${cases === 1 ? '1 case' : `${cases} cases`}, about ${time}.`,
    rounds: (rounds: number) =>
      rounds === 1 ? 'Each will be measured once.' : `Each will be measured about ${rounds} times.`,
    basis: (known: number, all: number) =>
      known === all
        ? 'The time is what the same took on this machine before.'
        : known === 0
          ? 'None was measured on this machine before, so the time is a guess.'
          : `${known} of ${all} were measured on this machine before; for the rest the time is guessed from them.`,
    impossible: 'Not measured, though asked for:',
    cases: 'All cases',
    columns: ['Model', 'Provider', 'Plan', 'Type', 'Batch', 'Threads'],
    missing: {
      models: 'Choose a network.',
      providers: 'Choose a provider.',
      plans: 'Choose a plan.',
      dtypes: 'Choose a data type.',
      batches: 'Give batch sizes from 1 to 1024, with commas between.',
      threads: 'Give a number of threads, or leave it empty for all cores.',
    },
  },
  goingOn: 'Current run',
  passed: (suite: string, time: string) => `${suite} · ${time}`,
  stop: 'Stop',
  stopReally: (measured: number) =>
    measured === 0
      ? 'Nothing has been measured yet, so nothing but the machine and its ceilings would be kept.'
      : `${measured === 1 ? '1 measurement is kept as it is' : `${measured} measurements are kept as they are`}; the rest is not measured.`,
  stopAndKeep: 'Stop and keep that',
  goOn: 'Continue measuring',
  stopping: 'Stopping …',
  left: (time: string) => `about ${time} left`,
  cases: (done: number, total: number) => `${done} of ${total} done`,
  quiet: 'Close other programs until it finishes; they affect the results.',
  progress: 'Progress of the run',
  noFigures: 'The first results come after the ceilings are measured.',
  conditions: {
    title: 'Conditions',
    names: { clock: 'Clock', temperature: 'Temperature', load: 'Load' },
    sentence: (name: string, now: string, low: string, high: string) =>
      `${name} in the last minutes: ${now} now, between ${low} and ${high}.`,
    range: (low: string, high: string) => (low === high ? '' : `${low} to ${high}`),
    untold: (names: readonly string[]) => `This system does not tell: ${names.join(', ').toLowerCase()}.`,
  },
  ended: {
    title: (measured: number) => (measured === 0 ? 'Run finished without a result' : 'Run finished'),
    view: 'View results',
  },
} as const;

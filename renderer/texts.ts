/** Every sentence of the interface, and the meaning of every word that it uses. */

interface Term {
  readonly name: string;
  /** Shown where the word is pointed at. */
  readonly meaning: string;
}

const terms = {
  model: { name: 'Model', meaning: 'The network that was measured.' },
  plan: {
    name: 'Plan',
    meaning: 'How the network is executed: one kernel an operator, or one kernel a block.',
  },
  layerwise: { name: 'layerwise', meaning: 'One kernel for every operator; activations are folded in.' },
  fused: {
    name: 'fused',
    meaning:
      'One kernel for a whole block, whose intermediates never leave the caches nearest to the arithmetic.',
  },
  top1: { name: 'ImageNet top-1', meaning: 'Published accuracy of the trained network at this image size.' },
  operations: {
    name: 'Operations',
    meaning: 'Two for every multiply-accumulate of convolutions and linear layers; useful work only.',
  },
  latency: {
    name: 'Latency',
    meaning:
      'Median of all samples, each one pass over the whole network; in brackets its 95% confidence interval.',
  },
  ideal: { name: 'Ideal', meaning: 'Ideal latency: operations ÷ measured peak. No program can be faster.' },
  waterline: {
    name: 'Waterline',
    meaning:
      'Waterline latency: the sum over the kernels of the larger of operations ÷ peak and bytes ÷ bandwidth of the memory ' +
      'level that holds them. The best that this plan can do on this machine.',
  },
  efficiency: {
    name: 'Efficiency',
    meaning:
      'Computational efficiency: ideal ÷ undisturbed latency, the share of the peak that does useful work.',
  },
  gap: {
    name: 'Gap',
    meaning: 'Efficiency gap: latency ÷ ideal latency = memory gap × kernel gap × lost to other work.',
  },
  memoryGap: {
    name: 'Memory gap',
    meaning:
      'Waterline ÷ ideal latency: what memory costs this plan. Only another plan or another network lowers it.',
  },
  kernelGap: {
    name: 'Kernel gap',
    meaning: 'Undisturbed latency ÷ waterline: what better kernels could still win.',
  },
  undisturbed: {
    name: 'Undisturbed',
    meaning:
      'What the machine does when it is left alone: the lower quartile, over rounds, of their 10th percentiles.',
  },
  disturbance: {
    name: 'Other work',
    meaning: 'Latency ÷ undisturbed latency: what other programs, or other guests of the host, took.',
  },
  timeSplit: {
    name: 'Time split',
    meaning:
      'The latency in four parts: ideal latency, what memory adds to it, what the kernels add, and what other work takes.',
  },
  verified: {
    name: 'Verified',
    meaning: 'Every kernel was checked against a reference in double precision before anything was timed.',
  },
  dtype: { name: 'Type', meaning: 'Data type of weights and activations.' },
  provider: {
    name: 'Provider',
    meaning:
      'Whose kernels were measured: native are those of Plimsoll, others are libraries to compare with.',
  },
  batch: { name: 'Batch', meaning: 'Images in one pass.' },
  threads: { name: 'Threads', meaning: 'Threads that work on one pass, each pinned to a core.' },
  cacheState: {
    name: 'Caches',
    meaning:
      'What the caches hold when a pass begins: in-network, what the pass before left; hot, each kernel ran just before; all-cold, nothing of the network.',
  },
  kernel: { name: 'Kernel', meaning: 'One launch: it covers one or more operators.' },
  implementation: { name: 'Implementation', meaning: 'Which code executed the kernel.' },
  predicted: {
    name: 'Predicted',
    meaning:
      'What the kernel’s planner expected by the measured ceilings: arithmetic, activations and the traffic of each memory level, ' +
      'added up as if nothing overlapped. It cuts the block so that this is least.',
  },
  share: { name: 'Share', meaning: 'Of the time of all kernels.' },
  lost: {
    name: 'Above waterline',
    meaning: 'Time of the kernel − its waterline: where better code would pay.',
  },
  limit: {
    name: 'Limit',
    meaning: 'What sets the waterline of the kernel: the arithmetic, or a level of the memory.',
  },
} as const satisfies Record<string, Term>;

export const texts = {
  terms,
  name: 'Plimsoll',
  tagline: 'How much of this machine’s arithmetic a network really uses',
  unknown: 'unknown',
  none: 'none',
  reconstruction: 'reconstruction',
  theme: { toDark: 'Dark theme', toLight: 'Light theme', toSystem: 'Theme as the system has it' },
  pages: {
    gap: 'Efficiency gap',
    waterline: 'Waterline',
    roofline: 'Roofline',
    layers: 'Layers',
    intensity: 'Operational intensity',
    models: 'Models',
    overview: 'Overview',
    compare: 'Compare',
    history: 'History',
    profile: 'Profile',
    reports: 'Reports',
    settings: 'Settings',
    machines: 'Machines',
  },
  shell: {
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
  },
  commands: {
    palette: 'Commands',
    paletteKeys: 'Ctrl K',
    placeholder: 'Where to, or what to do?',
    nothing: (query: string) => `No command is called ${query}.`,
    keyList: 'Keys',
    goTo: (page: string) => `Go to ${page}`,
    otherTheme: 'Change between light and dark',
  },
  connection: {
    connecting: 'Connecting …',
    signedOut: {
      title: 'This page is not signed in',
      text: 'The program was started anew, or this address was opened without its token.',
      hint: 'Open the address that npm start or plimsoll serve printed, with everything behind the #.',
    },
    unreachable: {
      title: 'The program does not answer',
      text: 'It was ended, or the connection to its machine is cut. What was measured is stored.',
      hint: 'Start it again with npm start, then open the address that it prints.',
    },
    otherVersion: {
      title: 'The page and the program are of different versions',
      text: (version: string) =>
        `The program is Plimsoll ${version}; this page was loaded from another version.`,
      hint: 'Reload the page.',
    },
    failed: {
      title: 'Plimsoll could not be reached',
      hint: 'Reload the page; if it stays so, start the program again.',
    },
    retry: 'Try again',
    reload: 'Reload',
  },
  loading: 'Loading …',
  runs: {
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
      text: 'While it is going on, its first figures come within a minute. Where it has ended, the efficiency gap’s page lists what was lost, and why.',
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
  },
  report: {
    sentence:
      'One run, or two side by side, for whoever decides and whoever checks: a file that needs nothing else.',
    preview: 'Preview of the report',
    open: 'Export report',
    format: 'Format',
    formats: { html: 'HTML', pdf: 'PDF', md: 'Markdown', csv: 'CSV', json: 'JSON' },
    other: 'Beside',
    alone: 'no other run',
    price: 'Price of the machine',
    otherPrice: 'Price of the other',
    currency: 'Currency',
    priceMeaning:
      'If you give it, the report shows what an image per second costs. Plimsoll knows no prices.',
    save: 'Save report',
    saving: 'Writing …',
  },
  imports: {
    choose: 'Import runs or networks …',
    instead: 'Or look at what was measured elsewhere: drop an exported run anywhere in this window.',
    drop: 'Drop to import: runs that Plimsoll exported, and networks as ONNX files',
    busy: 'Importing …',
    done: (imported: number, all: number, what: 'run' | 'network' | 'file') =>
      imported === all
        ? `${all === 1 ? `1 ${what} was` : `${all} ${what}s were`} imported`
        : `${imported} of ${all} ${all === 1 ? 'file was' : 'files were'} imported; what was stored before is untouched`,
    taken: (file: string, runId: string) => `${file}: imported as run ${runId}.`,
    takenNetwork: (file: string, name: string) => `${file}: imported as ${name}, which can be measured now.`,
    refused: (file: string, why: string) => `${file}: not imported. ${why}`,
    tooLarge: (mebibytes: number) =>
      `It is larger than ${mebibytes} MiB, and no run is: choose a file that Plimsoll exported.`,
    unreadable: 'It cannot be read. A folder cannot be imported: drop the files in it.',
    show: 'Show it',
  },
  profile: {
    sentence: 'Measure what networks reach on this machine, and follow it while it goes on.',
    form: 'What is measured',
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
      title: 'What it will take',
      takes: (cases: number, time: string) => `${cases === 1 ? '1 case' : `${cases} cases`}, about ${time}.`,
      rounds: (rounds: number) =>
        rounds === 1
          ? 'There is time to visit each once.'
          : `There is time to visit each about ${rounds} times.`,
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
    goingOn: 'The run that is going on',
    passed: (suite: string, time: string) => `${suite} · ${time}`,
    stop: 'Stop',
    stopReally: (measured: number) =>
      measured === 0
        ? 'Nothing has been measured yet, so nothing but the machine and its ceilings would be kept.'
        : `${measured === 1 ? '1 measurement is kept as it is' : `${measured} measurements are kept as they are`}; the rest is not measured.`,
    stopAndKeep: 'Stop and keep that',
    goOn: 'Go on measuring',
    stopping: 'Stopping …',
    left: (time: string) => `about ${time} left`,
    cases: (done: number, total: number) => `${done} of ${total} done`,
    quiet: 'Leave the machine alone until it is done: whatever else runs is measured too.',
    progress: 'Progress of the run',
    noFigures: 'The first figures come when the ceilings are measured.',
    conditions: {
      title: 'Conditions',
      names: { clock: 'Clock', temperature: 'Temperature', load: 'Load' },
      sentence: (name: string, now: string, low: string, high: string) =>
        `${name} in the last minutes: ${now} now, between ${low} and ${high}.`,
      range: (low: string, high: string) => (low === high ? '' : `${low} to ${high}`),
      untold: (names: readonly string[]) => `This system does not tell: ${names.join(', ').toLowerCase()}.`,
    },
    ended: {
      title: (measured: number) =>
        measured === 0 ? 'The run has ended without a figure' : 'The run has ended: look at it as',
    },
  },
  settings: {
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
    data: 'Data',
    folder: 'The runs and these settings lie in',
    stored: (runs: number) =>
      runs === 0 ? 'No run is stored.' : `${runs === 1 ? '1 run is' : `${runs} runs are`} stored.`,
    deleteAll: 'Delete all runs',
    deleteReally: (runs: number) =>
      `${runs === 1 ? 'The run' : `All ${runs} runs`}, and those deleted before, will be gone for good. Export what you want to keep.`,
    deleteAllForGood: 'Delete all for good',
    deleted: (runs: number) => `${runs === 1 ? '1 run was' : `${runs} runs were`} deleted.`,
  },
  summary: {
    title: (least: string, most: string, peak: string) =>
      least === most
        ? `The networks use ${least} of the ${peak} that this machine can do.`
        : `The networks use between ${least} and ${most} of the ${peak} that this machine can do.`,
    worst: (model: string, gap: string) => `The widest gap is that of ${model}: ${gap} its ideal latency.`,
    alarms: (marked: number, all: number) =>
      `${marked} of ${all} measurements ${marked === 1 ? 'is' : 'are'} marked with a !: ${marked === 1 ? 'it' : 'they'} may be wrong by more than the interval says. Point at the mark for what was seen.`,
  },
  machine: { title: 'Machine' },
  machines: {
    sentence:
      'The machines that the runs come from, this one and others. A machine is known by its hardware, whatever its drivers and system are.',
    table: 'Machines',
    thisMachine: '(this one)',
    notThis:
      'The machine that this program runs on is not among them: no run of it is stored, or it is deleted.',
    noRuns: 'No run of it is stored that could be read, so nothing more is known of it.',
    undo: 'Undo',
    columns: {
      name: { title: 'Name', meaning: 'Its label, or else what its system calls it.' },
      cpu: { title: 'CPU', meaning: 'As the system names it.' },
      gpus: { title: 'GPUs', meaning: 'Those that compute; no software adapters.' },
      runs: { title: 'Runs', meaning: 'That are stored, and not deleted.' },
      last: { title: 'Last run', meaning: 'When its newest run began.' },
      price: { title: 'Price', meaning: 'As its owner gave it: the program knows no prices.' },
    },
    owner: {
      title: 'What you say of it',
      label: 'Label',
      price: 'Price',
      currency: 'Currency',
      notes: 'Notes',
      noPrice:
        'Give the price as a number such as 1999.90, and its currency as three letters such as EUR. Until then the old one holds.',
      meaning:
        'A field is kept when you leave it or press Enter; Escape takes back what is typed. Reports take the price.',
      kept: 'Kept.',
    },
    identity: {
      title: 'Which machine it is',
      merged: 'These are shown as one with it:',
      part: (name: string, id: string, runs: number) =>
        `${name} (${id}), ${runs === 1 ? '1 run' : `${runs} runs`}`,
      split: 'Split again',
      splitOff: (name: string) => `Split ${name} again`,
      splitDone: (name: string) => `${name} is a machine of its own again.`,
      meaning:
        'Where one machine came under two identities, after a new mainboard or a new installation, show both as one.',
      other: 'Show as one with it',
      choose: 'choose a machine',
      willBe: (source: string, sourceRuns: number, target: string, targetRuns: number) =>
        `The ${sourceRuns === 1 ? 'run' : `${sourceRuns} runs`} of ${source} will be shown as runs of ${target}, which then has ` +
        `${sourceRuns + targetRuns}; its label, price and notes are those of ${target}. Nothing is lost: they can be split again.`,
      otherCpu: (source: string, target: string) =>
        `Their processors differ, ${source} and ${target}: what one history then shows is not one machine.`,
      merge: 'Show both as one',
      mergeDone: (source: string, target: string) => `${source} is now shown as ${target}.`,
      kept: 'What is deleted goes from every page, and is kept for 30 days.',
      remove: (runs: number) =>
        runs === 0 ? 'Delete this machine' : `Delete it with its ${runs === 1 ? 'run' : `${runs} runs`}`,
      deleteDone: (name: string, runs: number) =>
        runs === 0
          ? `${name} was deleted.`
          : `${name} was deleted with ${runs === 1 ? 'its run' : `its ${runs} runs`}.`,
    },
    deleted: {
      title: (count: number) => `Deleted: ${count === 1 ? '1 machine' : `${count} machines`}`,
      one: (name: string, cpu: string, time: string) => `${name}, ${cpu}, deleted ${time}`,
      restore: 'Restore',
      restoreOne: (name: string) => `Restore ${name}`,
      restored: (name: string) => `${name} is back, with the runs that were deleted with it.`,
    },
  },
  ceilings: {
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
  },
  plot: {
    title: 'Efficiency gap',
    family: 'Family',
    series: 'Series',
    peak: 'Held against',
    byOperations: 'What it should cost',
    byLatency: 'What it does cost',
    accuracyAxis: 'ImageNet top-1 [%]',
    operationsAxis: 'Multiply-accumulates of one image [G]',
    idealAxis: (peak: string, images: number) =>
      `Ideal latency${images === 1 ? '' : ` of a batch of ${images}`} [ms] at ${peak}`,
    latencyAxis: (images: number, isMixed: boolean) =>
      `Latency of ${images === 1 ? `one image${isMixed ? ', batches of several sizes' : ''}` : `a batch of ${images}`} [ms]`,
    hollow: 'hollow: layerwise plan',
    filled: 'filled: fused plan',
    pale: 'pale: plan of another program',
    mistrusted: 'crossed out: MISTRUSTED, and not on the front',
    solid: 'solid: ideal latency',
    dashed: 'dashed: measured latency',
    unsplit: 'efficiency gap, its waterline not known',
    front: 'Pareto front',
    legend: (entries: readonly string[]) => `Legend: ${entries.join(', ')}`,
    panel: (title: string, points: number) =>
      `${title}: ${points === 1 ? '1 point' : `${points} points`}. The arrow keys go from one to the next, Enter selects it, space pins it.`,
    notPlotted: (models: string) => `Not drawn, for no accuracy is published at their size: ${models}.`,
    nothing: 'There is nothing to draw yet.',
    drawing: 'Accuracy over operations and over latency',
    reading:
      'Left, accuracy over operations; right, over latency, from the ideal one to the one that was measured.',
    logReading: 'On these logarithmic axes, the length of a bar is the factor of its gap.',
    seen: (points: number, narrowest: string, least: string, widest: string, most: string) =>
      points === 1
        ? `The gap of ${widest} is ${most}.`
        : `${points} points, with gaps from ${least} (${narrowest}) to ${most} (${widest}).`,
    reconstruction: '* Reconstruction:',
    source: (name: string) => `Published, not measured here: ${name}. Source:`,
    software:
      'A software adapter runs on the processor: its points are small, it is no graphics device, and the Pareto front leaves it out.',
    showGaps: 'Ideal latency and gap',
    showFront: 'Pareto front',
    frontMeaning:
      'Measured points that no other beats in both latency and accuracy. Published figures and software adapters are not ranked.',
    linear: 'Linear axes, as the paper',
    columns: {
      gigaMacs: 'GMAC',
      images: 'Images',
      idealMs: 'Ideal [ms]',
      waterlineMs: 'Waterline [ms]',
      latencyMs: 'Latency [ms]',
      low: 'Low [ms]',
      high: 'High [ms]',
      efficiency: 'Efficiency [%]',
      front: 'On the Pareto front',
      trust: 'Check',
    },
    chooser: {
      summary: (shown: number, most: number) => `Series: ${shown} drawn, at most ${most}`,
      full: (most: number) => `${most} series are drawn. Take one away to draw another.`,
      here: 'measured on this machine',
      elsewhere: (machine: string) => `measured on ${machine}, another machine`,
      families: 'Families',
      published: 'Published by others',
      publishedNote: 'Measured by others, with other programs and batches; the source stands below the plot.',
      remove: (run: string) => `Take away the run of ${run}`,
      differs: 'Differs from the first run:',
      sameSurroundings: 'In the same surroundings as the first run.',
      points: (count: number) => (count === 1 ? '1 point' : `${count} points`),
      add: 'Add a run',
      default: 'As at first',
    },
    pin: {
      title: 'Side by side',
      images: (images: number) =>
        `Latencies are those of ${images === 1 ? 'one image' : `a batch of ${images}`}.`,
      pin: 'Pin',
      unpin: (model: string) => `Take away ${model}`,
      figure: 'Figure',
      more: 'More of it',
      choose: 'Point',
      chooseNone: 'Select a point in the plot, or here',
    },
  },
  table: {
    title: 'Measurements',
    open: (model: string, plan: string) => `Kernels of ${model}, ${plan}`,
    parts: { ideal: 'ideal', memory: 'memory', kernels: 'kernels', others: 'other work' },
    partMeanings: {
      ideal: 'ideal latency: the arithmetic at its peak',
      memory: 'added by memory, even with perfect kernels',
      kernels: 'added by the kernels',
      others: 'lost to other work on the machine',
    },
    yes: 'yes',
    no: 'no',
    mistrusted: 'MISTRUSTED',
    mistrustedMeaning:
      'The result is right, but the check of it proves little: the marks of the figure say why.',
    sortBy: (column: string) => `Sort by ${column}`,
    samples: (count: number) => `${count} samples`,
    measurement: 'Measurement',
  },
  chart: {
    asTable: 'Table',
    svg: 'Save the drawing as SVG',
    png: 'Save the drawing as PNG',
    csv: 'Save the figures as CSV',
  },
  waterline: {
    sentence:
      'Each kernel is a bar as wide as its bytes and as high as its operations a byte, so its area is its operations. Where the ' +
      'bar ends below the water, the arithmetic waits for memory.',
    water: 'Water',
    waters: { levels: 'by memory level', dram: 'DRAM alone, as the paper' },
    simple: 'Intensity a layer',
    chart: (model: string, plan: string) => `${model}, ${plan}`,
    chartSentence: (under: number, all: number, simple: boolean) =>
      `${under} of ${all} kernels lie under water, bound by memory. ` +
      (simple
        ? 'All are drawn of one width, so areas mean nothing here.'
        : 'Bars and water together are the shortest latency of this plan; water that shows is lost arithmetic.'),
    legend: 'What the colours mean',
    marks: {
      arithmetic: 'bound by arithmetic (↑: higher than drawn)',
      memory: 'bound by memory',
      water: 'water: what must be done in the time that memory takes',
    },
    onePlan: 'Only one plan of this network was measured here.',
    noCeilings: 'The memory of this machine was not measured, so there is no water to draw',
    dramRidge: (value: string) => `DRAM ridge: ${value} operations a byte`,
    bytesAxis: 'Bytes that the kernels must move, in the order of execution [MiB]',
    kernelAxis: 'Kernels in the order of execution',
    intensityAxis: 'Operations a byte',
    pointAtBar: 'Point at a bar, or step through them with the arrow keys.',
    times: (latency: string, difference: string) => `measured ${latency} (${difference})`,
    readout: (
      name: string,
      operations: string,
      bytes: string,
      intensity: string,
      limit: string,
      bound: string,
      times: string,
    ) =>
      `${name}: ${operations} operations, ${bytes}, ${intensity} operations a byte; limit ${limit}, bound ${bound}, ${times}.`,
    columns: {
      order: '#',
      kernel: 'Kernel',
      block: 'Block',
      operations: 'Operations',
      bytes: 'Bytes',
      intensity: 'Operations a byte',
      water: 'Water [operations a byte]',
      limit: 'Limit',
      bound: 'Bound [µs]',
      measured: 'Measured [µs]',
      difference: 'Difference [µs]',
    },
    verdict: {
      title: 'What the roofline misses',
      bound: 'Latency',
      sentence: (plan: string, roofline: string, waterline: string, measured: string) =>
        `Taken as one kernel, the ${plan} plan could use ${roofline} of the peak. Its kernels run one after another, and so it ` +
        `can use ${waterline} at most; it used ${measured}.`,
      roofline: 'Roofline of the whole',
      rooflineMeaning:
        'The longest of all operations ÷ peak and all bytes ÷ bandwidth, as if the network were one kernel.',
      misses: 'missed by it',
      missesMeaning:
        'Waterline − roofline of the whole: arithmetic that one kernel leaves idle cannot be used by another that waits for memory.',
      waterline: { levels: 'Waterline', dram: 'Waterline of DRAM alone (the paper’s)' },
      waterlineMeaning: {
        levels:
          'The sum over the kernels of the longest of operations ÷ peak and bytes ÷ bandwidth of each memory level.',
        dram: 'The same with every byte from DRAM. Caches can beat it; on this machine it need not be a bound.',
      },
      difference: 'Difference',
      differenceMeaning: 'Measured − waterline: what better kernels could win.',
      measured: 'Measured',
      ofPeak: (share: string) => `${share} of the peak`,
      beaten: 'That is faster than its waterline: a ceiling or the counting is wrong.',
      beatenDram: 'That is faster than DRAM alone would allow: caches hold a part of the bytes.',
    },
  },
  limits: {
    title: 'What limits it',
    names: {
      arithmetic: 'arithmetic',
      L1: 'L1 bandwidth',
      L2: 'L2 bandwidth',
      L3: 'L3 bandwidth',
      DRAM: 'DRAM bandwidth',
      unexplained: 'unexplained',
    },
  },
  copy: { done: 'Copied', failed: 'Not allowed here' },
  roofline: {
    sentence:
      'Each kernel is a dot as large as its time, under the roofs that were measured: the bandwidth of each memory level, and ' +
      'the arithmetic. A dot far below its roof is slower than this machine must be.',
    chart: (model: string, plan: string, dtype: string, threads: number) =>
      `${model}, ${plan}: ${dtype}, ${threads === 1 ? '1 thread' : `${threads} threads`}`,
    chartSentence: (dots: number, above: number) =>
      `${dots} kernels; ${above === 0 ? 'none lies' : above === 1 ? '1 lies' : `${above} lie`} above the DRAM roof, which only caches make possible.`,
    nothing: 'No kernel of this measurement was timed on its own',
    withoutOperations: (kernels: number, share: string) =>
      `Not drawn: ${kernels === 1 ? '1 kernel' : `${kernels} kernels`} without operations, with ${share} of the time.`,
    notTimed: (kernels: number) => `Not drawn: ${kernels} kernels that were not timed.`,
    origin:
      'Intensity counts each tensor of a kernel once, from whatever level it comes. Solid roofs were measured in this run; the ' +
      'dashed one is operations a cycle × the clock in the same moment.',
    intensityAxis: 'Operations a byte',
    throughputAxis: 'GFLOP/s',
    operationsAByte: (value: string) => `${value} operations a byte`,
    tooltip: { intensity: 'Intensity', throughput: 'Throughput' },
    columns: {
      order: '#',
      kernel: 'Kernel',
      intensity: 'Operations a byte',
      throughput: 'GFLOP/s',
      latency: 'Latency [µs]',
      share: 'Share [%]',
      limit: 'Limit',
    },
  },
  layers: {
    sentence: 'Where the time of a pass goes, what holds each part back, and what would help.',
    byBlock: 'By block',
    chart: (model: string, plan: string) => `${model}, ${plan}: time from first to last kernel`,
    chartSentence: (blocks: number, kernels: number) =>
      `${blocks} blocks above, ${kernels} kernels below, each as wide as its time and coloured by what limits it.`,
    pointAtPart:
      'Point at a part, or step through the kernels with the arrow keys. A click filters the table by block.',
    readout: (name: string, time: string, share: string, gap: string | null, limit: string) =>
      `${name}: ${time}, ${share} of the time${gap === null ? '' : `, ${gap} its waterline`}; limit: ${limit}.`,
    table: 'Layers',
    filter: 'Filter',
    nothing: (filter: string) => `No layer has “${filter}” in its name, block, kind or limit.`,
    clear: 'Clear the filter',
    copyCsv: 'Copy as CSV',
    copyMarkdown: 'Copy as Markdown',
    orderMeaning: 'Place in the order of execution.',
    block: { name: 'Block', meaning: 'Operators that belong together and can be fused.' },
    kernels: { name: 'Kernels', meaning: 'Launches that the block takes in this plan.' },
    time: { name: 'Time', meaning: 'Median, from the pass that times kernels one by one.' },
    limit: {
      name: 'Limit',
      meaning:
        'What accounts for most of the time: the arithmetic, a level of the memory, or nothing that a bound explains.',
    },
    advice: { name: 'What to do', meaning: 'What would make it faster.' },
    advices: {
      notTimed: { short: 'not timed', long: 'It was not timed on its own.' },
      beaten: {
        short: 'profile again',
        long: 'It is faster than its bound: a ceiling was measured too low. Profile again on a quiet machine.',
      },
      kernel: {
        short: 'better kernel',
        long: 'No bound explains most of its time: a better kernel would pay.',
      },
      fuse: {
        short: 'fuse',
        long: 'Memory takes most of its time: fused with its neighbours, what lies between them need not be written.',
      },
      lessTraffic: {
        short: 'fewer bytes',
        long: 'It is fused, and memory still takes most of its time: only smaller tensors or a smaller data type help.',
      },
      arithmetic: {
        short: 'fewer operations',
        long: 'The arithmetic takes most of its time: only fewer operations or a faster data type help.',
      },
    },
    columns: {
      order: '#',
      name: 'Name',
      block: 'Block',
      kind: 'Kind',
      kernels: 'Kernels',
      operations: 'Operations',
      bytes: 'Bytes',
      time: 'Time [µs]',
      share: 'Share [%]',
      ideal: 'Ideal [µs]',
      waterline: 'Waterline [µs]',
      efficiency: 'Efficiency [%]',
      memoryGap: 'Memory gap',
      kernelGap: 'Kernel gap',
      limit: 'Limit',
      advice: 'What to do',
    },
  },
  intensity: {
    sentence:
      'A convolution whose curve lies below the waterline waits for memory on that machine, however good its kernel is. More ' +
      'channels lift dense and pointwise convolutions out of the water; grouped and depthwise ones stay where they are.',
    chart: (dtype: string) => `Operational intensity of convolutions over channels, ${dtype}`,
    chartSentence: (forms: readonly (readonly [name: string, channels: number | undefined])[]) =>
      `Out of the water: ${forms
        .map(
          ([name, channels]) => `${name} ${channels === undefined ? 'never' : `from ${channels} channels`}`,
        )
        .join('; ')}.`,
    noWater: 'No ceilings were measured for this data type, so no waterline is drawn.',
    legend: 'Kinds of convolution',
    forms: {
      dense: '3×3, dense',
      pointwise: '1×1, widening 4 times',
      grouped: '3×3, grouped',
      depthwise: '3×3, depthwise',
    },
    groupsOf: (width: number) => `3×3, groups of ${width}`,
    channels: 'Input channels',
    ofChannels: (channels: number) => `${channels} channels`,
    intensityAxis: 'Operations a byte',
    waterline: (ridge: string) => `waterline: ${ridge} operations a byte`,
    groupWidth: 'Group width',
    imageSize: 'Image side',
    countWeights: 'Count the weights',
    linear: 'Linear axis, as the paper',
    ridgeOrigin: (machine: string, peak: string, dtype: string, bandwidth: string) =>
      `Waterline: ${peak} of ${dtype} ÷ ${bandwidth} of DRAM, both measured on ${machine} in this run.`,
    source:
      'After Lavin, On the Efficiency of Convolutional Neural Networks, arXiv 2404.03617: each tensor is moved once, one ' +
      'multiply-accumulate is two operations, stride 1, as many output as input channels but for the 1×1. Its figure neglects ' +
      'the weights, as a large batch allows.',
  },
  models: {
    sentence: 'The networks that can be measured, and what each is made of.',
    table: 'Networks',
    nothing: (filter: string) => `No model has “${filter}” in its name or family.`,
    activations: 'Activations',
    notPublished: 'none published',
    import: 'Import a network …',
    ownNetworks:
      'To see and measure a network of your own, export it as ONNX and drop the file anywhere in this window. Its weights are ' +
      'drawn anew, for they change no time; where it leaves the size of the image open, that is 224 pixels.',
    importedFrom: (file: string, image: string) =>
      `Imported from ${file} for an image of ${image}. Its accuracy is not known here.`,
    delete: 'Delete …',
    deleteReally: (name: string) =>
      `Delete ${name}? What was measured with it stays; to measure it again, its file must be imported again.`,
    deleteIt: 'Delete it',
    keep: 'Keep it',
    terms: {
      model: 'As timm and torchvision call it; an imported one as its file is called.',
      family: 'Networks built from the same block.',
      size: 'Pixels of height of the image that the published accuracy belongs to, or that a network was imported for.',
      parameters: 'Learned weights, biases and norms.',
      activations: 'Outputs of all convolutions and linear layers, for one image.',
    },
    structure: (model: string) => `${model}: blocks from the image to the classes`,
    structureSentence: (blocks: number, macs: string, parameters: string, image: string) =>
      `${blocks} blocks with ${macs} multiply-accumulates and ${parameters} parameters, for an image of ${image}. A box ` +
      'is as wide as the logarithm of its channels, and its colour the stronger the more operations it has.',
    box: (shape: string, operations: string, share: string) => `${shape} · ${operations} · ${share}`,
    work: (model: string) => `${model}: operations and bytes by kind of operator`,
    workSentence:
      'Of one image in fp32, layerwise. A kind with a large part of the bytes and a small one of the operations is what waits for memory.',
    legend: 'Kinds of operator',
    kinds: {
      dense: 'dense convolution',
      pointwise: 'pointwise convolution',
      grouped: 'grouped convolution',
      depthwise: 'depthwise convolution',
      linear: 'linear',
      squeezeExcite: 'squeeze-and-excite',
      other: 'other',
    },
    accuracy: (top1: string, source: string) => `ImageNet top-1 ${top1}%. Source: ${source}.`,
    noAccuracy: (size: number) => `No accuracy is published for an image of ${size} pixels.`,
    columns: {
      block: 'Block',
      blocks: 'Number',
      output: 'Output',
      kind: 'Kind',
      kernels: 'Kernels',
      operations: 'Operations',
      bytes: 'Bytes',
      intensity: 'Operations a byte',
      parameters: 'Parameters',
    },
  },
  overview: {
    sentence: 'This machine as it is now, what its last run measured, and what should be looked at.',
    lastRun: {
      title: 'Last run',
      when: (time: string, suite: string) => `${time}, suite ${suite}`,
      lowest: 'Lowest efficiency',
      all: 'All of its figures',
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
  },
  compare: {
    sentence:
      'What is faster or slower in one run than in another, or in a part of it, and whether that is more than noise.',
    before: 'Before',
    after: 'After',
    within: 'Within the later run:',
    plans: 'fused with layerwise plan',
    provider: (name: string) => `${name} with native`,
    type: (name: string) => `${name} with fp32`,
    part: (side: string, of: string) => `${side}: ${of}`,
    every: (of: string) => `every ${of}`,
    processor: 'CPU',
    fewRuns: {
      title: 'A comparison takes two runs',
      text:
        'There is one so far. Change what you want to judge, a driver, a setting or the program, and profile again; or compare ' +
        'the plans of the run that there is.',
    },
    same: {
      title: 'Both sides are the same',
      text: 'Choose another run, provider, plan or data type before or after.',
    },
    table: 'Verdicts',
    nothing: 'These runs have no measurement in common.',
    nothingFound: (filter: string) => `No row has “${filter}” in its model, plan, provider, type or verdict.`,
    verdict: {
      name: 'Verdict',
      meaning:
        'Of the undisturbed latency. SAME: shown to differ by less than 5%. UNCLEAR: nothing was shown. Open the row for the reason.',
    },
    verdictMarks: { BETTER: '✓', WORSE: '✗', SAME: '=', UNCLEAR: '?' },
    change: {
      name: 'Change [95% interval]',
      meaning: 'Of the undisturbed latency: minus is faster.',
    },
    beforeMeaning: 'Undisturbed latency of the earlier side.',
    afterMeaning: 'Undisturbed latency of the later side.',
    detectable: {
      name: 'Would show',
      meaning: 'The smallest change that these two results would have shown 95 times in 100.',
    },
    answer: 'Answer',
    median: (effect: string) => `Median latency: ${effect}.`,
    open: (model: string, plan: string) => `Reason, blocks and kernels of ${model}, ${plan}`,
    p: (p: string) => `${p}, after allowing for all rows of this comparison.`,
    rounds: (before: number, after: number) => `Rounds: ${before} before, ${after} after.`,
    noise: (threshold: string, origin: string) => `Changes of ${threshold} or more count as real. ${origin}`,
    blocks: (model: string) => `Blocks of ${model}`,
    blocksMeaning: 'What moved the latency the most first. Each is one median a run: no verdict.',
    noBlocks: 'No blocks were timed on both sides that cover the same operators.',
    noKernels: 'None of its kernels covers the same operators on both sides.',
    unmatched: 'Not compared',
    unmatchedCase: (name: string, side: string) => `${name} (${side}):`,
    differences: 'Possible causes',
    noDifferences: 'No known difference in hardware, drivers or software.',
    columns: {
      model: 'Model',
      plan: 'Plan',
      provider: 'Provider',
      dtype: 'Type',
      batch: 'Batch',
      threads: 'Threads',
      before: 'Before [ms]',
      after: 'After [ms]',
      change: 'Change [%]',
      low: 'Low [%]',
      high: 'High [%]',
      detectable: 'Would show [%]',
      p: 'p',
      verdict: 'Verdict',
      reason: 'Reason',
    },
    blockColumns: { block: 'Block', before: 'Before', after: 'After', change: 'Change' },
    differenceColumns: { what: 'What', before: 'Before', after: 'After' },
  },
  history: {
    sentence:
      'How latencies and efficiencies went over the newest runs, where the level of the latency changed, and what else changed then.',
    series: 'Series',
    size: (pixels: number) => `image side ${pixels}`,
    chart: (model: string, name: string, metric: string) => `${model}, ${name}: ${metric} over the runs`,
    metric: 'Figure',
    chartSentence: (runs: number, levels: number, marks: number) =>
      `${runs === 1 ? '1 run' : `${runs} runs`}, ${levels === 1 ? '1 change' : `${levels} changes`} of level, ` +
      `${marks === 1 ? '1 change' : `${marks} changes`} of the surroundings. The axis does not begin at zero.`,
    legend:
      'Dots are undisturbed latencies, the lines through them their 95% intervals. A solid upright line is a change of level; a dashed one ' +
      'with ▾ is a change of the surroundings. Runs are drawn equally far apart, whatever time lay between them.',
    runAxis: 'Runs in the order of time',
    latencyAxis: 'Undisturbed latency [ms]',
    efficiencyAxis: 'Efficiency [% of the peak]',
    pointAtRun: 'Point at a run, or step through them with the arrow keys; a click or Enter selects it.',
    selected: (run: string, time: string) => `Selected: run ${run} (${time}).`,
    compareWith: (run: string) => `Compare with run ${run} before it`,
    kinds: {
      driver: 'driver',
      library: 'library',
      program: 'program',
      system: 'system',
      power: 'power',
      machine: 'machine',
    },
    readout: (time: string, run: string, latency: string, efficiency: string, changed: string) =>
      `${time}, run ${run}: ${latency}, efficiency ${efficiency}.${changed === '' ? '' : ` Changed since the run before: ${changed}.`}`,
    change: (percent: string, isFaster: boolean) => `${percent}% ${isFaster ? 'faster' : 'slower'}`,
    levels: 'Changes of level',
    noLevels: 'No shift found. At least five runs are needed before and after it.',
    level: (change: string, run: string, time: string) => `${change} from run ${run} (${time}) on;`,
    noCandidates: 'nothing known changed then.',
    candidates: (changes: string) => `at that time: ${changes}.`,
    leastChange: (percent: string) => `Noise threshold: ${percent}%.`,
    surroundings: 'Changes of the surroundings',
    noSurroundings: 'Between these runs nothing changed that Plimsoll knows of.',
    mark: (run: string, time: string) => `Run ${run} (${time}):`,
    columns: {
      time: 'Time (UTC)',
      run: 'Run',
      undisturbed: 'Undisturbed latency [ms]',
      low: 'Low [ms]',
      high: 'High [ms]',
      latency: 'Median latency [ms]',
      efficiency: 'Efficiency [%]',
      level: 'Change of level',
      surroundings: 'Change of the surroundings',
    },
  },
  lost: { title: 'Without a figure' },
  detail: {
    title: (model: string, plan: string) => `${model}, ${plan}: kernel by kernel`,
    close: 'Close',
    gone: 'This measurement has no kernels to show.',
    chart: 'Time of each kernel, in the order of execution',
    chartSentence: 'Grey is what each kernel took, blue the least that it could take on this machine.',
    timeAxis: 'Time [µs]',
    measured: 'measured',
    waterline: 'waterline',
    sum: (kernels: string, latency: string, difference: string) =>
      `Timed one by one, the kernels take ${kernels}; the whole network takes ${latency}. Not explained: ${difference}.`,
    verification: (passed: number, total: number, worst: string) =>
      `${passed} of ${total} kernels agree with the reference; the largest relative error is ${worst}.`,
    setAside: (round: number, samples: number, reasons: string) =>
      `Round ${round} was set aside, its ${samples} samples do not count: ${reasons}.`,
    samples: 'Samples, in the order of measuring',
    sampleAxis: 'Latency [ms]',
    notTimed: 'not timed',
    order: '#',
  },
  account: {
    title: 'Why this figure may be believed',
    samplesSentence: (samples: number, rounds: number, setAside: number) =>
      `${samples} samples in ${rounds === 1 ? '1 round' : `${rounds} rounds`}, broken lines between them; the line across is the median of those that count. ` +
      `Rings and triangles are mild and severe outliers, which count${setAside === 0 ? '' : '; crosses are rounds that were set aside'}. ` +
      'Steps and slopes are something else at work, or a change of the clock.',
    round: 'Round',
    kind: 'Kind',
    kinds: { inside: 'inside', mild: 'mild outlier', severe: 'severe outlier', setAside: 'set aside' },
    copy: 'Copy',
    again: 'Measure again',
    measuring: 'Measuring again …',
    agreements: {
      agrees: 'It agrees.',
      disagrees: 'It disagrees.',
      'cannot tell': 'Whether it agrees cannot be told.',
    },
    beforeAndAgain: (before: string, again: string) => `Before ${before}, now ${again}.`,
  },
  error: {
    title: 'That did not work',
    dismiss: 'Dismiss',
    broken: 'The page stumbled over something that it should know. What was measured is stored.',
  },
} as const;

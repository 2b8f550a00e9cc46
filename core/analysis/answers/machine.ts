/** Is this machine as it should be? Four lines: compute, memory, validity of the last run, noise. */
import { formatBytesPerSecond, formatOperationsPerSecond } from '../../format/units.ts';
import type { AnswerLine, CeilingSeries, faults, MachineAnswer } from '../../protocol/answers.ts';
import type { KnownNoise } from '../../protocol/compare.ts';
import type { ArithmeticCeiling } from '../../protocol/provider.ts';
import type { Ceilings, Environment, RunReport } from '../../protocol/run.ts';
import { medianOf } from '../../statistics/summary.ts';
import { ceilingDoubts } from '../ceiling-history.ts';
import { measuredArithmetic } from '../ceilings.ts';
import { type ProcessorReference, processorReference } from '../references/processors.ts';
import { runAnswer } from './run.ts';
import { counted, percent } from './wording.ts';

type Fault = (typeof faults)[number];

export interface MachineFacts {
  readonly now: Environment;
  /** The newest profile of this machine; null before the first. */
  readonly report: RunReport | null;
  /** Of all machines: this one is told by the run of `report`. */
  readonly ceilings: readonly CeilingSeries[];
  /** By machine, what kind of hardware it is. */
  readonly kinds: ReadonlyMap<string, string>;
  readonly noise: readonly KnownNoise[];
}

interface Finding {
  readonly fault: Fault;
  readonly sentence: string;
}

export function machineAnswer(facts: MachineFacts): MachineAnswer {
  const compute = computeLine(facts);
  const memory = memoryLine(facts);
  return {
    lines: [compute.line, memory.line, validityLine(facts), noiseLine(facts)],
    faults: [...compute.findings, ...memory.findings].map(({ fault }) => fault),
    runId: facts.report?.run.id ?? null,
  };
}

interface Line {
  readonly line: AnswerLine;
  readonly findings: readonly Finding[];
}

function lineOf(
  subject: AnswerLine['subject'],
  measured: string | undefined,
  findings: readonly Finding[],
  reasons: readonly string[],
  isJudged: boolean,
): Line {
  const found = findings.map(({ sentence }) => sentence);
  const state = findings.length > 0 ? 'check' : isJudged ? 'fine' : 'unknown';
  return {
    line: {
      subject,
      state,
      sentence: [...(measured === undefined ? [] : [measured]), ...found].join(' '),
      reason: reasons.join(' '),
    },
    findings,
  };
}

// ----------------------------------------------------------------------------------------------------------- compute

/** The device that ran networks on the processor; undefined if only a GPU did. */
function processorCeilings({ providers, ceilings }: RunReport): Ceilings | undefined {
  const isProcessor = ({ provider, device }: Ceilings) =>
    providers.some(
      ({ description }) =>
        description.provider === provider &&
        description.devices.some(({ id, kind }) => id === device && kind === 'cpu'),
    );
  const found = ceilings.filter(isProcessor);
  return found.find(({ provider }) => provider === 'native') ?? found[0];
}

/** A clock is measured within a few percent. */
const clockTolerance = 0.05;
/** How far a boost clock may be missed: only the best core reaches it, and not for long. */
const boostTolerance = 0.2;
/** With wide vectors Intel's processors may leave their base clock; by this share at most, of those in the list (Xeon Platinum 8180: 1.7 of 2.5 GHz). */
const wideVectorShare = 0.68;
/** A peak below this share of the one that the clock allows was disturbed. */
const leastOfTheoretical = 0.95;

function computeLine({ now, report, ceilings, kinds }: MachineFacts): Line {
  const settings = [...powerFindings(now), ...linkFindings(now)];
  const best = report === null ? undefined : processorCeilings(report);
  if (report === null || best === undefined) {
    const nothing = 'Compute was not measured yet. Profile this machine.';
    return lineOf('compute', nothing, settings, [referenceReason(now, null)], false);
  }
  const reference = processorReference(report.machine.cpu.model);
  const calibration = report.providers.find(
    ({ description }) => description.provider === best.provider,
  )?.calibration;
  const measured = measuredArithmetic(calibration, best);
  const theoretical = best.theoreticalOperationsPerSecond;
  const share = theoretical === null ? null : best.peakOperationsPerSecond / theoretical;
  const clockHz = measured?.clockHz ?? null;
  const own = seriesHere(ceilings, report.run.id);
  const findings = [
    ...settings,
    ...clockFindings(clockHz, reference, report.machine, best, calibration?.arithmetic ?? []),
    ...movedFindings(own, report.run.id, (level) => level === null),
  ];
  const peak = formatOperationsPerSecond(best.peakOperationsPerSecond);
  const at = clockHz === null ? '' : ` at ${gigahertz(clockHz)}`;
  const of = share === null ? '' : ` (${percent(share)} of what this clock allows${at})`;
  const isLow = share !== null && share < leastOfTheoretical;
  const judged = clockHz !== null && reference?.baseClockHz != null;
  const before = history(own, report.run.id, ({ dtype }) => dtype === best.dtype);
  const alike = othersAlike(ceilings, kinds, report, ({ dtype }) => dtype === best.dtype);
  const verdict =
    findings.length > 0 || isLow
      ? 'Compute'
      : judged || before !== undefined
        ? 'Compute as expected'
        : 'Compute';
  return lineOf(
    'compute',
    `${verdict}: ${peak}${of}.`,
    [
      ...findings,
      ...(isLow
        ? [
            {
              fault: 'throttled' as const,
              sentence: 'The peak is too low for this clock: other programs used the cores.',
            },
          ]
        : []),
    ],
    [referenceReason(report.machine, reference), before, alike].flatMap((one) => one ?? []),
    judged || before !== undefined,
  );
}

function clockFindings(
  clockHz: number | null,
  reference: ProcessorReference | null,
  { virtualization, cpu }: Environment,
  { instructionSet }: Ceilings,
  arithmetic: readonly ArithmeticCeiling[],
): Finding[] {
  const baseHz = reference?.baseClockHz ?? null;
  if (clockHz === null || baseHz === null) return [];
  const isWide = /avx512|amx/.test(instructionSet) && /intel/i.test(cpu.vendor);
  const leastHz = baseHz * (isWide ? wideVectorShare : 1 - clockTolerance);
  if (clockHz < leastHz) {
    return [
      {
        fault: 'throttled',
        sentence: `The processor is throttled: it ran at ${gigahertz(clockHz)}, and its base clock is ${gigahertz(baseHz)}. Check cooling and power limits.`,
      },
    ];
  }
  // On a host the others decide how far the clock can rise.
  const boostHz = virtualization.hypervisor === null ? (reference?.boostClockHz ?? null) : null;
  const alone = Math.max(
    ...arithmetic.flatMap(({ threads, clockHz: own }) => (threads === 1 && own !== undefined ? [own] : [])),
  );
  if (boostHz === null || !Number.isFinite(alone) || isWide || alone >= (1 - boostTolerance) * boostHz) {
    return [];
  }
  return [
    {
      fault: 'throttled',
      sentence: `One core reached ${gigahertz(alone)}, and its boost clock is ${gigahertz(boostHz)}. Check that boost is on, the cooling and the power limits.`,
    },
  ];
}

/** With these drivers the processor sets its own clock, and the governor `powersave` is the usual one. */
const selfDriven = new Set(['intel_pstate', 'amd-pstate-epp', 'amd_pstate_epp']);

function powerFindings({ power }: Environment): Finding[] {
  const { profile, governor, scalingDriver, energyPreference, source } = power;
  const saves = (what: string, remedy: string): Finding[] => [
    { fault: 'power profile', sentence: `${what}: the machine saves power. ${remedy}` },
  ];
  if (source === 'battery') return saves('It runs on battery', 'Plug it in.');
  if (profile !== null && /^(?:low-power|quiet|cool|power-saver|power saver)$/i.test(profile)) {
    return saves(`The power profile is “${profile}”`, 'Choose “balanced” or “performance”.');
  }
  const governors = new Set((governor ?? '').split(', '));
  const isSlow = governors.has('powersave') && scalingDriver !== undefined && !selfDriven.has(scalingDriver);
  if (isSlow) return saves('The governor is “powersave”', 'Choose “schedutil” or “performance”.');
  if (energyPreference === 'power') {
    return saves('The energy preference is “power”', 'Choose “balance_performance” or “performance”.');
  }
  return [];
}

/** The width alone: an idle link lowers its generation by itself, and raises it when it is used. */
function linkFindings({ gpus }: Environment): Finding[] {
  return gpus.flatMap(({ model, link, software }) =>
    software || link === undefined || link.width >= link.maximumWidth
      ? []
      : [
          {
            fault: 'narrow GPU link' as const,
            sentence: `${model} is on a narrow link: ${link.width} of ${link.maximumWidth} PCI Express lanes. Check its slot and seat.`,
          },
        ],
  );
}

function referenceReason({ cpu, gpus }: Environment, reference: ProcessorReference | null): string {
  const links = gpus.flatMap(({ model, link }) =>
    link === undefined || link.generation === null || link.maximumGeneration === null
      ? []
      : [
          `${model}: ${link.width} of ${link.maximumWidth} lanes, generation ${link.generation} of ${link.maximumGeneration}${link.generation < link.maximumGeneration ? ', which is usual for an idle link' : ''}.`,
        ],
  );
  if (reference === null) {
    return [`No reference clock is known for “${cpu.model}”.`, ...links].join(' ');
  }
  const { baseClockHz, boostClockHz, source, name } = reference;
  const base = baseClockHz === null ? 'no published clock' : `base clock ${gigahertz(baseClockHz)}`;
  const boost = boostClockHz === null ? '' : `, boost clock ${gigahertz(boostClockHz)}`;
  return [`${name}: ${base}${boost} (${source}).`, ...links].join(' ');
}

// ------------------------------------------------------------------------------------------------------------ memory

/** Of theoretical bandwidth programs get 70 to 90%; less than this is a fault. */
const leastOfModules = 0.6;

function memoryLine({ report, ceilings, kinds }: MachineFacts): Line {
  if (report === null) {
    return lineOf('memory', 'Memory was not measured yet. Profile this machine.', [], [], false);
  }
  const best = processorCeilings(report);
  const dram = best?.levels.find(({ level }) => level === 'DRAM');
  const { machine } = report;
  const reference = processorReference(machine.cpu.model);
  const missing = missingChannel(machine, reference);
  if (dram === undefined) return lineOf('memory', 'The memory’s bandwidth is not known.', missing, [], false);
  const own = seriesHere(ceilings, report.run.id);
  const isDram = ({ level, threads }: CeilingSeries) => level === 'DRAM' && threads === best?.threads;
  const theoretical = theoreticalBandwidth(machine, reference);
  const is = formatBytesPerSecond(dram.bytesPerSecond);
  const isSlow =
    theoretical !== null &&
    missing.length === 0 &&
    dram.bytesPerSecond < leastOfModules * theoretical.perSecond;
  const moved = movedFindings(own, report.run.id, (level) => level === 'DRAM');
  const of =
    theoretical === null
      ? ''
      : ` of ${formatBytesPerSecond(theoretical.perSecond)} that ${theoretical.what} give`;
  const before = history(own, report.run.id, isDram);
  const findings: Finding[] = [
    ...missing,
    ...(isSlow
      ? [
          {
            fault: 'slow memory' as const,
            sentence: 'That is less than 60%: check for a missing module and the memory profile of the BIOS.',
          },
        ]
      : []),
    ...moved,
  ];
  const isJudged = theoretical !== null || before !== undefined;
  return lineOf(
    'memory',
    `Memory${findings.length === 0 && isJudged ? ' as expected' : ''}: ${is}${of}.`,
    findings,
    [
      theoretical === null
        ? 'The modules are not known: only root may read the firmware’s tables, and guests have none.'
        : `Theoretical bandwidth is channels × transfer rate × width (${theoretical.source}).`,
      before,
      othersAlike(ceilings, kinds, report, isDram),
    ].flatMap((one) => one ?? []),
    isJudged,
  );
}

function theoreticalBandwidth(
  { memory }: Environment,
  reference: ProcessorReference | null,
): { readonly perSecond: number; readonly what: string; readonly source: string } | null {
  const { modules, type, clockHz } = memory;
  if (modules?.bytesPerSecond != null) {
    const kind = [type, clockHz === null ? null : Math.round(clockHz / 1e6)].filter(Boolean).join('-');
    const what = modules.channels === null ? kind : `${counted(modules.channels, 'channel')} of ${kind}`;
    return { perSecond: modules.bytesPerSecond, what, source: 'the firmware’s tables' };
  }
  const perSecond = reference?.memoryBytesPerSecond ?? null;
  return perSecond === null || reference === null
    ? null
    : { perSecond, what: `the memory of ${reference.name}`, source: reference.source };
}

/** Soldered chips have channels of another width, so they are not counted. */
function missingChannel({ memory }: Environment, reference: ProcessorReference | null): Finding[] {
  const { modules, type } = memory;
  const wanted = reference?.memoryChannels ?? null;
  if (modules === undefined || wanted === null || type?.startsWith('LPDDR') === true) return [];
  // Fewer modules than channels leave one empty, whatever the slots are called.
  const used = modules.channels ?? Math.min(modules.filled, wanted);
  if (used >= wanted) return [];
  return [
    {
      fault: 'missing memory channel',
      sentence: `${used} of ${wanted} memory channels ${used === 1 ? 'is' : 'are'} filled: add modules to the empty channels.`,
    },
  ];
}

// ------------------------------------------------------------------------------------------------- before, and others

function seriesHere(ceilings: readonly CeilingSeries[], runId: string): CeilingSeries[] {
  return ceilings.filter(({ points }) => points.some((point) => point.runId === runId));
}

function movedFindings(
  own: readonly CeilingSeries[],
  runId: string,
  isMeant: (level: CeilingSeries['level']) => boolean,
): Finding[] {
  return ceilingDoubts(own, runId)
    .filter(({ level }) => isMeant(level))
    .slice(0, 1)
    .map(({ sentence }) => ({ fault: 'changed ceiling', sentence: `${sentence} Measure again.` }));
}

/** Best and usual of this machine; undefined without an earlier run. */
function history(
  own: readonly CeilingSeries[],
  runId: string,
  isMeant: (series: CeilingSeries) => boolean,
): string | undefined {
  const series = own.find(isMeant);
  const before =
    series?.points.filter((point) => point.runId !== runId).map(({ perSecond }) => perSecond) ?? [];
  if (series === undefined || before.length === 0) return undefined;
  const show = series.level === null ? formatOperationsPerSecond : formatBytesPerSecond;
  return `In ${counted(before.length, 'other run')} this machine gave ${show(medianOf(before))} usually, ${show(Math.max(...before))} at best.`;
}

/** Imported machines of the same kind. */
function othersAlike(
  ceilings: readonly CeilingSeries[],
  kinds: ReadonlyMap<string, string>,
  { run }: RunReport,
  isMeant: (series: CeilingSeries) => boolean,
): string | undefined {
  const kind = kinds.get(run.machineId);
  const others = ceilings.filter(
    (series) =>
      kind !== undefined &&
      series.machineId !== run.machineId &&
      kinds.get(series.machineId) === kind &&
      isMeant(series),
  );
  const [first] = others;
  if (first === undefined) return undefined;
  const show = first.level === null ? formatOperationsPerSecond : formatBytesPerSecond;
  const usual = others.map(({ points }) => medianOf(points.map(({ perSecond }) => perSecond)));
  const machines = new Set(others.map(({ machineId }) => machineId)).size;
  return `${counted(machines, 'machine')} of its kind: ${show(medianOf(usual))}.`;
}

// ------------------------------------------------------------------------------------------------- validity and noise

function validityLine({ report }: MachineFacts): AnswerLine {
  if (report === null) {
    return { subject: 'validity', state: 'unknown', sentence: 'There is no run yet.', reason: '' };
  }
  const { validity, why, warnings } = runAnswer(report);
  return {
    subject: 'validity',
    state: validity === 'reliable' ? 'fine' : 'check',
    sentence: `Last run: ${why.slice(0, 1).toLowerCase()}${why.slice(1)}`,
    reason: warnings.map(({ count, happened }) => `${counted(count, 'result')}: ${happened}.`).join(' '),
  };
}

/** More than this hides changes that people ask about. */
const muchNoise = 0.05;

function noiseLine({ noise }: MachineFacts): AnswerLine {
  const here = noise.filter(({ thisMachine }) => thisMachine);
  const known = here.find(({ provider }) => provider === 'native') ?? here[0];
  if (known === undefined || known.from === null) {
    return {
      subject: 'noise',
      state: 'unknown',
      sentence: 'This machine’s noise has not been measured yet.',
      reason: 'Measuring it takes 20 s.',
    };
  }
  const from =
    known.from === 'test' ? `an A/A test of ${known.pairs} pairs` : `${known.pairs} pairs of equal runs`;
  const isMuch = known.threshold > muchNoise;
  return {
    subject: 'noise',
    state: isMuch ? 'check' : 'fine',
    sentence: `Noise: only changes of ${percent(known.threshold)} or more count as real.${isMuch ? ' Close other programs and measure the noise again.' : ''}`,
    reason: `From ${from}.`,
  };
}

function gigahertz(hertz: number): string {
  return `${(hertz / 1e9).toFixed(2)} GHz`;
}

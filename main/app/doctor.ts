/** Whether everything is there that Plimsoll needs, and whether this machine can be measured well. */
import { ApiError, type ApiOutput } from '../../core/protocol/api.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { Environment } from '../../core/protocol/run.ts';
import { ProviderProcess } from '../bench/provider-process.ts';
import { findProvider, isInstalled, type ProgramName } from '../bench/providers.ts';
import { startProvider } from '../bench/start-provider.ts';
import { detectMachine } from '../machine/detect.ts';
import type { Store } from '../store/store.ts';

type Check = ApiOutput<'app.doctor'>[number];

/** `unusableNetworks`: a sentence of each. */
export async function examine(
  openStore: () => Store,
  unusableNetworks: readonly string[] = [],
): Promise<Check[]> {
  const [environment, providers] = await Promise.all([detectMachine(), checkProviders()]);
  return [
    { name: 'Node', status: 'ok', message: `Node ${environment.software.node}` },
    ...providers,
    checkStore(openStore),
    ...checkNetworks(unusableNetworks),
    checkInstructionSets(environment),
    checkGovernor(environment),
    checkPowerSource(environment),
    checkVirtualization(environment),
    checkIdentity(environment),
    checkGpu(environment),
  ];
}

async function checkProviders(): Promise<Check[]> {
  return [await checkProvider('native', 'failed'), await checkOnednn(), await checkWebgpu()];
}

async function checkOnednn(): Promise<Check> {
  if (isInstalled('onednn')) return checkProvider('onednn', 'warning');
  // No fault: it is only there to be compared with.
  const message = 'not there, and optional: to compare with it, install libdnnl-dev, then npm run setup';
  return { name: 'oneDNN program', status: 'ok', message };
}

async function checkWebgpu(): Promise<Check> {
  if (isInstalled('webgpu')) return checkProvider('webgpu', 'warning');
  const message = 'not part of the packaged app, which measures with WebGPU in a window of its own';
  return { name: 'WebGPU program', status: 'ok', message };
}

const titles: Readonly<Record<ProgramName, string>> = {
  native: 'native',
  onednn: 'oneDNN',
  webgpu: 'WebGPU',
};

/** `broken`: what it means for Plimsoll where the program does not answer. */
async function checkProvider(wanted: ProgramName, broken: Check['status']): Promise<Check> {
  const name = `${titles[wanted]} program`;
  let process: ProviderProcess | undefined;
  try {
    process = new ProviderProcess(findProvider(wanted));
    const { provider, version, libraries, ...description } = await startProvider(process);
    const built = Object.entries(libraries).map(([library, text]) => `${library} ${text}`);
    return {
      name,
      status: 'ok',
      message: [`${provider} ${version}`, ...built, whatItUses(description)].join(', '),
    };
  } catch (error) {
    return { name, status: broken, message: sentencesOf(error, 'Build it anew: npm run setup.') };
  } finally {
    await process?.close();
  }
}

/** The first device is the one that is measured; that there is none has its reason. */
function whatItUses({
  devices: [first, ...others],
  dataTypes,
  reason,
}: Pick<ProviderDescription, 'devices' | 'dataTypes' | 'reason'>): string {
  if (first === undefined) return `no device: ${reason ?? 'it does not say why'}`;
  if (first.kind === 'cpu') return `kernels for ${first.instructionSets.join(', ')}`;
  const { name, backend, driver = 'driver unknown' } = first;
  const also = others.length === 0 ? '' : `; also ${others.map((device) => device.name).join(', ')}`;
  return `${[name, driver, ...(backend === undefined ? [] : [`by ${backend}`]), dataTypes.join(' and ')].join(', ')}${also}`;
}

/** Nothing is said where all can be used. */
function checkNetworks(problems: readonly string[]): Check[] {
  return problems.map((problem) => ({
    name: 'networks',
    status: 'warning',
    message: `${problem} Delete the file, and import the network anew.`,
  }));
}

function checkStore(openStore: () => Store): Check {
  const name = 'database';
  try {
    const store = openStore();
    const count = store.runs.count();
    return { name, status: 'ok', message: `${store.path}, ${count} ${count === 1 ? 'run' : 'runs'}` };
  } catch (error) {
    return { name, status: 'failed', message: sentencesOf(error, '') };
  }
}

function checkInstructionSets({ cpu, system }: Environment): Check {
  const name = 'instruction sets';
  const found = cpu.instructionSets.join(', ');
  if (found === '') return { name, status: 'ok', message: 'unknown: the system does not tell' };
  if (system.architecture !== 'x64' || cpu.instructionSets.includes('avx2')) {
    return { name, status: 'ok', message: found };
  }
  const message = `${found}. Without AVX2 only the generic kernels run: right, but slow, and so are their ceilings.`;
  return { name, status: 'warning', message };
}

function checkGovernor({ power: { governor, profile } }: Environment): Check {
  const name = 'clock governor';
  const saving = governor === 'powersave' || profile === 'low-power';
  const settings = [governor, profile].filter((setting) => setting !== null).join(', ');
  if (settings === '') return { name, status: 'ok', message: 'unknown: the system does not tell' };
  if (!saving) return { name, status: 'ok', message: settings };
  // intel_pstate and amd-pstate call their ordinary mode powersave, so this is a hint and no verdict.
  const message = `${settings}: the clock may stay low; figures repeat better with the governor 'performance'.`;
  return { name, status: 'warning', message };
}

function checkPowerSource({ power: { source } }: Environment): Check {
  const name = 'power';
  if (source !== 'battery') return { name, status: 'ok', message: source ?? 'unknown: no supply is listed' };
  return { name, status: 'warning', message: 'on battery: the clock is held down. Plug the machine in.' };
}

function checkVirtualization({ virtualization: { hypervisor, container }, cpu }: Environment): Check {
  const name = 'virtualization';
  const limited =
    cpu.usableCores < cpu.logicalCores
      ? `${cpu.usableCores} of ${cpu.logicalCores} threads may be used`
      : null;
  const found = [hypervisor === null ? null : `a guest of ${hypervisor}`, container, limited].filter(
    (part) => part !== null,
  );
  if (found.length === 0) return { name, status: 'ok', message: 'none found' };
  if (hypervisor === null && limited === null) return { name, status: 'ok', message: found.join(', ') };
  const message = `${found.join(', ')}: other guests may share the caches and the memory; expect figures to repeat less well.`;
  return { name, status: 'warning', message };
}

function checkIdentity({ machine: { id, modelId }, virtualization: { container } }: Environment): Check {
  const name = 'identity';
  if (id !== modelId) return { name, status: 'ok', message: `machine ${id}` };
  const message =
    container === null
      ? `machine ${id}: nothing tells it from others that are built alike; their runs would count as its own.`
      : `machine ${id}: this container does not show which machine it is on. Mount the host's identity, ` +
        '-v /etc/machine-id:/etc/machine-id:ro, and its runs are those of the host.';
  return { name, status: 'warning', message };
}

function checkGpu({ gpus }: Environment): Check {
  const name = 'GPU';
  const message = gpus
    .map(({ model, driver, driverVersion, software }) =>
      [
        model,
        driver === null && driverVersion === null
          ? 'no driver found'
          : ['driver', driver, driverVersion].filter((part) => part !== null).join(' '),
        ...(software ? ['display only'] : []),
      ].join(', '),
    )
    .join('; ');
  // No GPU is no fault: it is the CPU that is measured.
  return { name, status: 'ok', message: message === '' ? 'none found; the CPU is measured' : message };
}

function sentencesOf(error: unknown, hint: string): string {
  if (error instanceof ApiError) return [error.message, error.hint].filter((part) => part !== null).join(' ');
  return `${error instanceof Error ? error.message : String(error)} ${hint}`.trim();
}

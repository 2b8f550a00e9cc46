/** The provider protocol over WebGPU, for whichever host carries its lines. */

import type { DataType } from '../../core/graph/plan.ts';
import {
  type CacheState,
  failedTrial,
  type ProviderDescription,
  type ProviderError,
  type ProviderRequest,
  ProviderRequestSchema,
  providerProtocolVersion,
  type Tuning,
  trialOf,
} from '../../core/protocol/provider.ts';
import { calibrateDevice } from '../calibrate/calibrate.ts';
import { DeviceLost, OutOfMemory } from '../measure/errors.ts';
import type { Gpu } from '../network/gpu.ts';
import { Unsupported } from '../network/lower.ts';
import { fusableBlocks } from '../network/lower-block.ts';
import { measureNetwork, profileNetwork } from '../network/measure.ts';
import { Network, storageOf } from '../network/network.ts';
import { provenMatrices, usableMatrices } from '../network/prove-matrices.ts';
import { Tuner, type TuningStore } from '../network/tuner.ts';
import { verify } from '../network/verify.ts';
import type { Storage } from '../wgsl/module.ts';
import type { SubgroupMatrixConfig } from '../wgsl/subgroup-matrix.ts';
import { type AdapterRecord, describeDevice } from './adapter.ts';
import { openGpu } from './device.ts';
import type { AdapterOffer, Host } from './host.ts';

export interface ServerOptions {
  readonly host: Host;
  readonly send: (message: object) => void;
  /** Called once, when the caller asked for the end. */
  readonly end: () => void;
}

/** How many kernels are tried for a layer. On a software adapter one takes a second to compile. */
const mostCandidates = { hardware: 12, software: 2 };
export const candidatesFor = ({ software }: Pick<AdapterRecord, 'software'>) =>
  software ? mostCandidates.software : mostCandidates.hardware;
/** More would only cost: a few a second are seen. */
const progressIntervalMs = 200;

class Refused extends Error {
  readonly code: ProviderError['code'];

  constructor(code: ProviderError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

type Body<M extends ProviderRequest['method']> = Extract<ProviderRequest, { method: M }>;

export class ProviderServer {
  private readonly options: ServerOptions;
  private readonly networks = new Map<number, Network>();
  private readonly running = new Map<number, AbortController>();
  private queue: Promise<void> = Promise.resolve();
  private found: ReturnType<Host['findAdapters']> | undefined;
  private gpu: Gpu | undefined;
  /** Of this adapter: what earlier requests found, and what the caller knows. */
  private readonly known = new Map<string, number>();
  /** What the caller does not know yet: a request that failed has told nobody. */
  private untold: Tuning = {};
  private readonly tuning: TuningStore = {
    get: (key) => this.known.get(key),
    set: (key, choice) => {
      this.known.set(key, choice);
      this.untold[key] = choice;
    },
  };
  private readonly tried = new Set<Storage>();
  private readonly matrices: SubgroupMatrixConfig[] = [];
  private lastHandle = 0;

  constructor(options: ServerOptions) {
    this.options = options;
  }

  /** One line of the caller's. Requests are served one after the other; `cancel` and `shutdown` are heard at once. */
  receive(line: string): void {
    const { send } = this.options;
    const parsed = ProviderRequestSchema.safeParse(parseJson(line));
    if (!parsed.success) {
      const issue = parsed.error.issues[0];
      const where = issue === undefined ? '' : ` (${issue.path.join('.')}: ${issue.message})`;
      send({
        id: idOf(line),
        error: { code: 'badRequest', message: `The line is no request of this protocol${where}.` },
      });
      return;
    }
    const request = parsed.data;
    if (request.method === 'cancel') {
      this.running.get(request.target)?.abort();
      send({ id: request.id, result: {} });
      return;
    }
    if (request.method === 'shutdown') {
      for (const controller of this.running.values()) controller.abort();
      send({ id: request.id, result: {} });
      this.options.end();
      return;
    }
    const controller = new AbortController();
    this.running.set(request.id, controller);
    this.queue = this.queue.then(() => this.serve(request, controller.signal));
  }

  /** Settles when everything that was asked for so far has been answered. */
  idle(): Promise<void> {
    return this.queue;
  }

  private async serve(request: ProviderRequest, signal: AbortSignal): Promise<void> {
    const { id } = request;
    try {
      signal.throwIfAborted();
      this.options.send({ id, result: await this.answer(request, signal) });
    } catch (error) {
      if (error instanceof DeviceLost) this.forgetDevice();
      this.options.send({ id, error: signal.aborted ? cancelled : errorData(error) });
    } finally {
      this.running.delete(id);
    }
  }

  private answer(request: ProviderRequest, signal: AbortSignal): Promise<unknown> {
    const heard = this.progressOf(request.id);
    switch (request.method) {
      case 'describe':
        return this.describe();
      case 'calibrate':
        return this.calibrate(request, heard, signal);
      case 'prepare':
        return this.prepare(request, heard, signal);
      case 'verify':
        return verify(this.networkOf(request.handle), async (fraction, note) => {
          heard(fraction, note);
          // The reference keeps the thread busy: let a `cancel` in.
          await new Promise((resolve) => setTimeout(resolve, 0));
          signal.throwIfAborted();
        });
      case 'measure':
        refuseOtherStates(request.cacheState);
        return measureNetwork(this.networkOf(request.handle), request, heard, signal);
      case 'profile':
        refuseOtherStates(request.cacheState);
        return profileNetwork(this.networkOf(request.handle), request.repetitions, heard, signal);
      case 'release': {
        this.networkOf(request.handle).release();
        this.networks.delete(request.handle);
        return Promise.resolve({});
      }
      case 'cancel':
      case 'shutdown':
        return Promise.resolve({});
    }
  }

  private async describe(): Promise<ProviderDescription> {
    const { host } = this.options;
    const { offers, reason } = await this.adapters();
    const gpu = offers.length === 0 ? undefined : await this.open();
    return {
      protocol: providerProtocolVersion,
      provider: host.provider,
      version: host.version,
      libraries: { ...host.libraries },
      devices: offers.map(({ record }) => describeDevice(record)),
      ...(reason === undefined ? {} : { reason }),
      dataTypes: gpu?.device.features.has('shader-f16') === true ? ['fp32', 'fp16'] : ['fp32'],
      operators: [
        'conv2d',
        'linear',
        'maxPool',
        'averagePool',
        'globalAveragePool',
        'blurPool',
        'activation',
        'add',
        'concat',
        'layerNorm',
        'squeezeExcite',
      ],
      plans: ['layerwise', 'fused'],
      fusableBlocks: [...fusableBlocks],
    };
  }

  private async calibrate(
    request: Body<'calibrate'>,
    onProgress: Heard,
    signal: AbortSignal,
  ): Promise<unknown> {
    const gpu = await this.open();
    const { record } = await this.firstOffer();
    const { secondsPerCeiling } = request;
    const { device } = gpu;
    // A processor behind the API has no units for them: its compiler makes loops of them, and takes the product of constants out of those.
    const matrices = this.options.host.triesMatrices && !record.software ? gpu.matrices : undefined;
    return calibrateDevice(device, record.id, { secondsPerCeiling, matrices, signal, onProgress });
  }

  private async prepare(request: Body<'prepare'>, heard: Heard, signal: AbortSignal): Promise<unknown> {
    const { graph, kernels, dtype, batch, seed, tuning = {} } = request;
    for (const [key, choice] of Object.entries(tuning)) this.known.set(key, choice);
    await this.tryMatrices(dtype, heard, signal);
    const gpu = await this.open();
    const { record } = await this.firstOffer();
    const tuner = new Tuner(this.tuning, candidatesFor(record));
    const network = await Network.prepare(gpu, { graph, kernels, dtype, batch, seed }, tuner, heard, signal);
    const handle = ++this.lastHandle;
    this.networks.set(handle, network);
    const found = this.untold;
    this.untold = {};
    return { handle, ...network.describe(), ...(Object.keys(found).length > 0 && { tuning: found }) };
  }

  private networkOf(handle: number): Network {
    const network = this.networks.get(handle);
    if (network === undefined) throw new Refused('unknownHandle', `There is no network ${handle}.`);
    return network;
  }

  private adapters() {
    this.found ??= this.options.host.findAdapters();
    return this.found;
  }

  private async firstOffer(): Promise<AdapterOffer> {
    const { offers, reason } = await this.adapters();
    const [first] = offers;
    if (first === undefined) throw new Refused('unsupported', reason ?? 'There is no WebGPU adapter.');
    return first;
  }

  private async open(): Promise<Gpu> {
    if (this.gpu === undefined) {
      this.gpu = await openGpu(await this.firstOffer());
      this.gpu.setMatrices(this.matrices);
    }
    return this.gpu;
  }

  /**
   * Finds out once which subgroup matrices are right. A device that is lost over it is opened anew, without any; where the program has ended
   * over it the caller knows, and it is not tried again.
   */
  private async tryMatrices(dtype: DataType, heard: Heard, signal: AbortSignal): Promise<void> {
    const storage = storageOf[dtype];
    if (!this.options.host.triesMatrices || storage === undefined || this.tried.has(storage)) return;
    if (this.known.get(trialOf(dtype)) === failedTrial) return;
    const gpu = await this.open();
    if (usableMatrices(gpu, storage).length === 0) return;
    let outcome = 1;
    try {
      this.matrices.push(...(await provenMatrices(gpu, storage, heard, signal)));
      gpu.setMatrices(this.matrices);
    } catch (error) {
      if (!(error instanceof DeviceLost)) throw error;
      this.forgetDevice();
      outcome = failedTrial;
    }
    this.tried.add(storage);
    if (this.known.get(trialOf(dtype)) !== outcome) this.tuning.set(trialOf(dtype), outcome);
  }

  /** What lay on a device that is gone is gone; the next request opens it anew. */
  private forgetDevice(): void {
    this.gpu = undefined;
    this.networks.clear();
  }

  private progressOf(id: number): Heard {
    let last = Number.NEGATIVE_INFINITY;
    return (fraction, note) => {
      const now = performance.now();
      if (now - last < progressIntervalMs) return;
      last = now;
      this.options.send({ id, event: 'progress', fraction: Math.min(1, Math.max(0, fraction)), note });
    };
  }
}

/** No page may empty a GPU's caches, nor know when they are hot. */
function refuseOtherStates(cacheState: CacheState = 'in-network'): void {
  if (cacheState === 'in-network') return;
  throw new Refused(
    'unsupported',
    `WebGPU cannot bring the caches of a GPU into the state ${cacheState}; it measures in-network only.`,
  );
}

type Heard = (fraction: number, note: string) => void;

const cancelled: ProviderError = { code: 'cancelled', message: 'The request was cancelled.' };

function errorData(error: unknown): ProviderError {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Refused) return { code: error.code, message };
  if (error instanceof Unsupported) return { code: 'unsupported', message };
  if (error instanceof OutOfMemory)
    return { code: 'outOfMemory', message: `${message} Choose a smaller batch.` };
  return { code: 'internal', message };
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** The id of a request that is wrong in other ways, so that its caller learns of it. */
function idOf(line: string): number | null {
  const value = parseJson(line);
  if (typeof value !== 'object' || value === null || !('id' in value)) return null;
  return Number.isSafeInteger(value.id) && Number(value.id) >= 0 ? Number(value.id) : null;
}

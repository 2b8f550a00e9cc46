/** A provider whose tuning is kept: what its kernels were chosen by is given to it again, in this run and in later ones. */
import {
  failedTrial,
  type ProviderDescription,
  type ProviderMethod,
  type Tuning,
  trialOf,
} from '../../core/protocol/provider.ts';
import type { Tunings } from '../store/store.ts';
import {
  type BodyOf,
  type ProviderConnection,
  ProviderCrash,
  type RequestOptions,
  type ResultOf,
} from './provider-connection.ts';

export class TunedProvider implements ProviderConnection {
  private readonly provider: ProviderConnection;
  private readonly shelf: Tunings;
  /** As the provider described it last. */
  private device: string | undefined;
  /** Each start of the program is told once. */
  private isTold = false;
  /** Found since the last network that was right. */
  private found: Tuning = {};

  constructor(provider: ProviderConnection, shelf: Tunings) {
    this.provider = provider;
    this.shelf = shelf;
  }

  get name(): string {
    return this.provider.name;
  }

  get processId(): number | undefined {
    return this.provider.processId;
  }

  async request<M extends ProviderMethod>(
    method: M,
    body: BodyOf<M>,
    options: RequestOptions,
  ): Promise<ResultOf<M>> {
    if (isPrepare(method, body)) return (await this.prepare(body, options)) as ResultOf<M>;
    const result = await this.provider.request(method, body, options);
    if (method === 'describe') this.begin(result as ResultOf<'describe'>);
    if (method === 'verify') this.judge(result as ResultOf<'verify'>);
    return result;
  }

  close(): Promise<void> {
    return this.provider.close();
  }

  private begin(description: ProviderDescription): void {
    this.device = tunedDevice(description);
    this.isTold = false;
    this.found = {};
  }

  private async prepare(body: BodyOf<'prepare'>, options: RequestOptions): Promise<ResultOf<'prepare'>> {
    const tuning = this.isTold ? {} : this.known();
    const told = Object.keys(tuning).length === 0 ? body : { ...body, tuning };
    // A page that is closed says nothing of the driver.
    const isProgram = this.processId !== undefined;
    try {
      const prepared = await this.provider.request('prepare', told, options);
      this.isTold = true;
      const trial = prepared.tuning?.[trialOf(body.dtype)];
      if (trial !== undefined) this.keep({ [trialOf(body.dtype)]: trial });
      this.found = { ...this.found, ...prepared.tuning };
      return prepared;
    } catch (error) {
      // What it tries with the first network of a type may have ended it, and would the next time.
      const hasDied = isProgram && error instanceof ProviderCrash && options.signal?.aborted !== true;
      if (hasDied && this.known()[trialOf(body.dtype)] === undefined) {
        this.keep({ [trialOf(body.dtype)]: failedTrial });
      }
      throw error;
    }
  }

  /** The fastest of several codes is worth keeping where it is right. */
  private judge({ passed }: ResultOf<'verify'>): void {
    if (passed) this.keep(this.found);
    this.found = {};
  }

  private known(): Tuning {
    return this.device === undefined ? {} : this.shelf.get(this.name, this.device);
  }

  private keep(found: Tuning): void {
    if (this.device === undefined || Object.keys(found).length === 0) return;
    try {
      this.shelf.keep(this.name, this.device, found);
    } catch {
      // It costs the next run its time, and nobody their figures; that the store is full is said where something is lost by it.
    }
  }
}

function isPrepare(method: ProviderMethod, _body: object): _body is BodyOf<'prepare'> {
  return method === 'prepare';
}

/** What is fastest on one device, with one driver or under one version of a browser or library, says nothing about the next. */
function tunedDevice({ devices: [first], libraries }: ProviderDescription): string | undefined {
  if (first === undefined) return undefined;
  const { id, name, backend = '', driver = '' } = first;
  const versions = Object.entries(libraries).map(([library, version]) => `${library} ${version}`);
  return [id, name, backend, driver, ...versions].join(', ');
}

/** A provider whose tuning is kept: what its kernels were chosen by is given to it again, in this run and in later ones. */
import type { ProviderDescription, ProviderMethod, Tuning } from '../../core/protocol/provider.ts';
import type { BodyOf, ProviderConnection, RequestOptions, ResultOf } from './provider-connection.ts';

/** Where it is kept: by provider, and by device with its driver. */
export interface TuningShelf {
  tuning(provider: string, device: string): Tuning;
  keepTuning(provider: string, device: string, found: Tuning): void;
}

export class TunedProvider implements ProviderConnection {
  private readonly provider: ProviderConnection;
  private readonly shelf: TuningShelf;
  /** As the provider described it last. */
  private device: string | undefined;

  constructor(provider: ProviderConnection, shelf: TuningShelf) {
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
    const { name, device } = this;
    const known = method === 'prepare' && device !== undefined ? this.shelf.tuning(name, device) : {};
    const told = Object.keys(known).length === 0 ? body : { ...body, tuning: known };
    const result = await this.provider.request(method, told, options);
    if (method === 'describe') this.device = tunedDevice(result as ResultOf<'describe'>);
    if (device !== undefined && 'tuning' in result && result.tuning !== undefined) {
      this.shelf.keepTuning(name, device, result.tuning);
    }
    return result;
  }

  close(): Promise<void> {
    return this.provider.close();
  }
}

/** What is fastest on one device, with one driver or under one version of a browser or library, says nothing about the next. */
function tunedDevice({ devices: [first], libraries }: ProviderDescription): string | undefined {
  if (first === undefined) return undefined;
  const { id, name, backend = '', driver = '' } = first;
  const versions = Object.entries(libraries).map(([library, version]) => `${library} ${version}`);
  return [id, name, backend, driver, ...versions].join(', ');
}

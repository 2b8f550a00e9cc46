/** What the providers here say of themselves. A program is started to be asked, once; nobody is while a run is going on. */
import { ApiError, type ProviderName, type ProviderRow, providerNames } from '../../core/protocol/api.ts';
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import type { BenchPages } from './bench-pages.ts';
import { openProvider } from './providers.ts';
import { startProvider } from './start-provider.ts';

export class KnownProviders {
  private readonly pages: BenchPages;
  /** What a page said in the newest run that used one. */
  private readonly lastOfPage: () => Promise<ProviderDescription | null>;
  /** Asked for again while the answer is awaited, it is not started twice. */
  private readonly described = new Map<ProviderName, Promise<ProviderRow>>();
  private queue: Promise<unknown> = Promise.resolve();

  constructor(pages: BenchPages, lastOfPage: () => Promise<ProviderDescription | null>) {
    this.pages = pages;
    this.lastOfPage = lastOfPage;
  }

  /** One after the other: each may use the whole machine to find out what it can do. */
  async list(names: readonly ProviderName[] = providerNames): Promise<ProviderRow[]> {
    return Promise.all(names.map((name) => this.known(name)));
  }

  private known(name: ProviderName): Promise<ProviderRow> {
    const known = this.described.get(name);
    if (known !== undefined) return known;
    const row = this.queue.then(() => this.describe(name));
    this.queue = row;
    this.described.set(name, row);
    // A program may be there the next time, and what a page said last changes with every run.
    void row.then(({ available }) => {
      if (!available || name === 'webgpu-page') this.described.delete(name);
    });
    return row;
  }

  private async describe(name: ProviderName): Promise<ProviderRow> {
    try {
      const provider = openProvider(name, this.pages);
      if (name === 'webgpu-page') return await this.pageRow();
      try {
        const description = await startProvider(provider);
        const available = description.devices.length > 0;
        return { name, description, reason: available ? null : (description.reason ?? null), available };
      } finally {
        await provider.close();
      }
    } catch (error) {
      return { name, description: null, reason: sentencesOf(error), available: false };
    }
  }

  /** It is not opened just to be asked: in a browser only its user can. */
  private async pageRow(): Promise<ProviderRow> {
    const description = await this.lastOfPage();
    const reason = 'What it can do is known once its page has been open.';
    return {
      name: 'webgpu-page',
      description,
      reason: description === null ? reason : null,
      available: true,
    };
  }
}

function sentencesOf(error: unknown): string {
  if (error instanceof ApiError) return [error.message, error.hint].filter((part) => part !== null).join(' ');
  return error instanceof Error ? error.message : String(error);
}

/** A provider that is to answer, again where it dies on the way. */
import type { ProviderDescription } from '../../core/protocol/provider.ts';
import { ProviderAbsent, type ProviderConnection } from './provider-connection.ts';

/** A provider that does not come up so many times in a row is given up, and the run with it. */
export const startAttempts = 3;
const startSilenceMs = 20_000;

/**
 * Starts a provider and asks what it can do, again where it dies on the way. Rejects with the last failure after three
 * attempts, after one where it can only be started by the user, and with the code `cancelled` where the signal says so.
 */
export async function startProvider(
  provider: ProviderConnection,
  signal?: AbortSignal,
): Promise<ProviderDescription> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await provider.request('describe', {}, { silenceMs: startSilenceMs, signal });
    } catch (error) {
      const isLast = attempt === startAttempts || error instanceof ProviderAbsent;
      if (isLast || signal?.aborted === true) throw error;
    }
  }
}

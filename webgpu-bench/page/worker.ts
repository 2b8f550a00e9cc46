/** The provider, in a worker: what it computes does not hold up the page, and the page's windows do not hold up it. */
// Before any schema is made: see there.
import '../../core/protocol/zod-without-eval.ts';
import { ProviderServer } from '../provider/server.ts';
import { browserName, pageHost } from './host.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/** Not in the standard library's types: only Chromium has it. */
interface UserAgentData {
  getHighEntropyValues(names: readonly string[]): Promise<{
    readonly fullVersionList?: readonly { readonly brand: string; readonly version: string }[];
  }>;
}

const send = (message: FromWorker) => postMessage(message);

/** Settles once the page has said what is to be known; lines that come before wait for it. */
const begun = Promise.withResolvers<ProviderServer>();

addEventListener('message', async ({ data }: MessageEvent<ToWorker>) => {
  if (data.kind === 'line') (await begun.promise).receive(data.line);
  else begun.resolve(await begin(data.plimsollVersion));
});

async function begin(plimsollVersion: string): Promise<ProviderServer> {
  const { userAgentData } = navigator as { readonly userAgentData?: UserAgentData };
  const told = await userAgentData?.getHighEntropyValues(['fullVersionList']).catch(() => undefined);
  return new ProviderServer({
    host: pageHost({
      plimsollVersion,
      browser: browserName(told?.fullVersionList ?? [], navigator.userAgent),
      gpu: (navigator as { readonly gpu?: GPU }).gpu,
      isSecureContext,
    }),
    send: (message) => send({ line: JSON.stringify(message) }),
    end: () => close(),
  });
}

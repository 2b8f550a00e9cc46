/** `app://plimsoll`: the built page, read from its folder and from nowhere else. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { protocol } from 'electron';
import { pageMissing, pageResponse, plainResponse } from '../shell/page-files.ts';
import { isOwnAddress, scheme } from './origin.ts';

/** Must run before the app is ready. `secure` makes it a secure context, which WebGPU asks for. */
export function declareScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme, privileges: { standard: true, secure: true, supportFetchAPI: true } },
  ]);
}

export function servePage(rendererFolder: string): void {
  protocol.handle(scheme, (request) => answerPage(rendererFolder, request));
}

export async function answerPage(rendererFolder: string, request: Request): Promise<Response> {
  if (!isOwnAddress(request.url)) return plainResponse(404, 'There is no such page.');
  if (request.method !== 'GET') return plainResponse(405, 'Only GET is answered here.');
  if (!existsSync(join(rendererFolder, 'index.html'))) return plainResponse(503, pageMissing);
  return pageResponse(rendererFolder, new URL(request.url).pathname);
}

/** The built page as a web server and Electron's own protocol hand it out: a file of one folder, with its headers. */
import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { contentSecurityPolicy } from './content-security-policy.ts';

const contentTypes: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.ico': 'image/x-icon',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml',
  '.txt': 'text/plain; charset=utf-8',
  '.woff2': 'font/woff2',
};

/** On every answer, whatever it is. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'Content-Security-Policy': contentSecurityPolicy,
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  // These two isolate the page; the bench page's clock then goes in steps of 5 µs, and not of 100.
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** The answer to GET `urlPath` (still percent-encoded): the file, or 404 for whatever is not one inside `folder`. */
export async function pageResponse(folder: string, urlPath: string): Promise<Response> {
  const path = await fileOf(folder, urlPath);
  if (path === undefined) return plainResponse(404, 'There is no such page.');
  return new Response(await readFile(path), {
    headers: {
      ...securityHeaders,
      'Content-Type': contentTypes[extname(path).toLowerCase()] ?? 'application/octet-stream',
      // The build puts a hash of the content into the names under assets/, and nowhere else.
      'Cache-Control': urlPath.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    },
  });
}

export function plainResponse(status: number, text: string): Response {
  return new Response(`${text}\n`, {
    status,
    headers: { ...securityHeaders, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' },
  });
}

/** Said where the page should be and is not. */
export const pageMissing = 'The interface has not been built. Run: npm run setup';

async function fileOf(folder: string, urlPath: string): Promise<string | undefined> {
  let decoded: string;
  try {
    decoded = decodeURIComponent(urlPath);
  } catch {
    return undefined;
  }
  if (decoded.includes('\0') || decoded.includes('\\')) return undefined;
  const relative = decoded === '/' ? 'index.html' : decoded;
  try {
    const root = await realpath(folder);
    // Resolved on the disk, so that neither `..` nor a symbolic link leads out of the folder.
    const path = await realpath(join(root, relative));
    if (!path.startsWith(root + sep)) return undefined;
    return extname(path) === '' ? undefined : path;
  } catch {
    return undefined;
  }
}

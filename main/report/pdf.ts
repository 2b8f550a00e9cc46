/** HTML to PDF by a browser that is installed, where the app is not itself one. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { ApiError } from '../../core/protocol/api.ts';

export type PrintPdf = (html: string) => Promise<Uint8Array>;

const timeoutMs = 120_000;

/** Throws ApiError('notFound') where no browser is installed, ApiError('internal') where it gave no PDF. */
export async function printWithBrowser(
  html: string,
  browser: string | undefined,
  environment: NodeJS.ProcessEnv = process.env,
): Promise<Uint8Array> {
  if (browser === undefined) throw noBrowser(environment.PLIMSOLL_BROWSER);
  const folder = await mkdtemp(join(tmpdir(), 'plimsoll-report-'));
  try {
    const page = join(folder, 'report.html');
    const output = join(folder, 'report.pdf');
    await writeFile(page, html);
    await runBrowser(browser, [
      '--headless',
      '--disable-gpu',
      '--no-first-run',
      '--disable-extensions',
      '--disable-background-networking',
      '--no-pdf-header-footer',
      `--user-data-dir=${join(folder, 'profile')}`,
      `--print-to-pdf=${output}`,
      // Chromium refuses to start as root with its sandbox; the page has no script, and its policy allows none.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
      pathToFileURL(page).href,
    ]);
    const pdf = await readFile(output).catch(() => undefined);
    if (pdf === undefined || !pdf.subarray(0, 5).equals(Buffer.from('%PDF-'))) {
      throw new ApiError('internal', `${browser} wrote no PDF.`, printYourself);
    }
    return pdf;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function runBrowser(browser: string, args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)(browser, args, { timeout: timeoutMs, killSignal: 'SIGKILL' });
  } catch (error) {
    const { killed, code } = error as { killed?: boolean; code?: number | string };
    const how = killed ? `did not end within ${timeoutMs / 1000} s` : `failed (${code ?? 'unknown'})`;
    throw new ApiError('internal', `${browser} was to print the PDF, but ${how}.`, printYourself);
  }
}

const printYourself = 'Write the report as HTML and print it from a browser.';

function noBrowser(own: string | undefined): ApiError {
  if (own !== undefined && own !== '') {
    return new ApiError(
      'notFound',
      `PLIMSOLL_BROWSER names ${own}, which is no program that can be started.`,
      'Let it name Chromium or Chrome, or unset it.',
    );
  }
  return new ApiError(
    'notFound',
    'A PDF is printed by Chromium, Chrome or Edge, and none of them was found on this machine.',
    'Install one (on Debian: apt install chromium), or name it in PLIMSOLL_BROWSER; or write the report as HTML.',
  );
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findBrowser } from '../../../../main/report/browser.ts';
import { printWithBrowser } from '../../../../main/report/pdf.ts';
import { apiRejectionOf } from '../../../fixtures/api/api-error.ts';

/** A machine on which only these programs are. */
function find(programs: string[], environment: NodeJS.ProcessEnv, platform: NodeJS.Platform = 'linux') {
  return findBrowser({ environment, platform, isProgram: (path) => programs.includes(path) });
}

describe('the browser', () => {
  const PATH = '/usr/local/bin:/usr/bin';

  it('is found on the PATH, Chromium before others wherever it lies', () => {
    expect(find(['/usr/bin/google-chrome'], { PATH })).toBe('/usr/bin/google-chrome');
    expect(find(['/usr/local/bin/google-chrome', '/usr/bin/chromium'], { PATH })).toBe('/usr/bin/chromium');
    expect(find(['/opt/chromium'], { PATH })).toBeUndefined();
    expect(find(['/usr/bin/chromium'], {})).toBeUndefined();
  });

  it('is never started from a relative folder', () => {
    expect(find(['bin/chromium', 'chromium', './chromium'], { PATH: 'bin:.:' })).toBeUndefined();
  });

  it('is the one that PLIMSOLL_BROWSER names, and no other', () => {
    const programs = ['/opt/own', '/usr/bin/chromium'];
    expect(find(programs, { PATH, PLIMSOLL_BROWSER: '/opt/own' })).toBe('/opt/own');
    expect(find(programs, { PATH, PLIMSOLL_BROWSER: '/opt/gone' })).toBeUndefined();
    expect(find(programs, { PATH, PLIMSOLL_BROWSER: '' })).toBe('/usr/bin/chromium');
  });

  it('is found where macOS and Windows keep it', () => {
    const chrome = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';
    expect(find([chrome], { PATH }, 'darwin')).toBe(chrome);
    const edge = join('C:/Program Files (x86)', 'Microsoft/Edge/Application/msedge.exe');
    expect(find([edge], { 'PROGRAMFILES(X86)': 'C:/Program Files (x86)' }, 'win32')).toBe(edge);
  });
});

describe('printing', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'plimsoll-pdf-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function program(name: string, script: string): Promise<string> {
    const path = join(folder, name);
    await writeFile(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    return path;
  }

  it('says what to install where there is no browser', async () => {
    const error = await apiRejectionOf(printWithBrowser('<p>', undefined, {}));
    expect(error.code).toBe('notFound');
    expect(error.hint).toContain('apt install chromium');
  });

  it('says that PLIMSOLL_BROWSER is wrong', async () => {
    const error = await apiRejectionOf(printWithBrowser('<p>', undefined, { PLIMSOLL_BROWSER: '/opt/gone' }));
    expect(error.message).toContain('/opt/gone');
  });

  it('hands over the page as a file and reads what was printed', async () => {
    const browser = await program(
      'prints',
      'for a; do case "$a" in --print-to-pdf=*) out=$(echo "$a" | cut -d= -f2);; file:*) page=$(echo "$a" | cut -c8-);; esac; done\n' +
        'printf "%%PDF-" > "$out"; cat "$page" >> "$out"',
    );
    const pdf = await printWithBrowser('<p>the page', browser);
    expect(Buffer.from(pdf).toString()).toBe('%PDF-<p>the page');
  });

  it('tells of a browser that fails, and of one that prints nothing', async () => {
    const failing = await program('fails', 'exit 3');
    expect((await apiRejectionOf(printWithBrowser('<p>', failing))).message).toContain('failed (3)');
    const idle = await program('idle', 'exit 0');
    expect((await apiRejectionOf(printWithBrowser('<p>', idle))).message).toContain('wrote no PDF');
  });
});

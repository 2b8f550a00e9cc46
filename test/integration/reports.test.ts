/** Runs that come from elsewhere, and the reports of them, on a real database and a real browser. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ApiErrorData } from '../../core/protocol/api.ts';
import type { Run } from '../../core/protocol/run.ts';
import { createApi, type LocalApi } from '../../main/api.ts';
import { findBrowser } from '../../main/report/browser.ts';
import { apiRejectionOf } from '../fixtures/api/api-error.ts';
import { sampleRun } from '../fixtures/api/sample-run.ts';

let folder: string;
let api: LocalApi;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-reports-'));
  api = createApi({ dataFolder: folder });
});
afterEach(async () => {
  await api.close();
  rmSync(folder, { recursive: true });
});

function bundle(run: Run, more: object = {}): string {
  return JSON.stringify({
    format: 'plimsoll-run',
    version: 1,
    exportedAt: '2026-03-02T00:00:00.000Z',
    run,
    ...more,
  });
}

function importRun(run: Run, more: object = {}) {
  return api.call('runs.import', { content: bundle(run, more) });
}

const other: Run = {
  ...sampleRun,
  id: 'run2efgh',
  measurements: sampleRun.measurements.map((row) => ({ ...row, id: `other-${row.id}` })),
};

describe('an imported run', () => {
  it('is the run that was exported, to the last sample', async () => {
    expect(await importRun(sampleRun)).toEqual({ runId: 'run1abcd' });
    const exported = await api.call('runs.export', { runId: 'run1abcd' });
    expect(exported.run).toEqual(sampleRun);
    expect(await api.call('runs.get', { runId: 'latest' })).toMatchObject({ run: { id: 'run1abcd' } });
  });

  it('is no running one, whatever it was when it was exported', async () => {
    await importRun({ ...sampleRun, status: 'running', finishedAt: null });
    const [run] = await api.call('runs.list', {});
    expect(run).toMatchObject({ status: 'interrupted', reason: 'It was exported while it was going on.' });
  });

  const refusals: [string, () => Promise<unknown>, string][] = [
    ['no JSON', () => api.call('runs.import', { content: 'not json' }), 'it is no JSON'],
    [
      'something else',
      () => api.call('runs.import', { content: '{"a":1}' }),
      'no run that Plimsoll exported',
    ],
    ['a newer format', () => importRun(sampleRun, { version: 2 }), 'newer version of Plimsoll'],
    [
      'a wrong field',
      () => importRun({ ...sampleRun, status: 'sleeping' as Run['status'] }),
      'run.status: Invalid',
    ],
    ['the id of a command', () => importRun({ ...sampleRun, id: 'latest' }), 'an id that Plimsoll would not'],
    ['an id with a command in it', () => importRun({ ...sampleRun, id: '$(id)' }), 'an id that Plimsoll'],
    [
      'one id for two measurements',
      () =>
        importRun({
          ...sampleRun,
          measurements: sampleRun.measurements.map((row) => ({ ...row, id: 'm1' })),
        }),
      'the same id',
    ],
    [
      'figures without meaning',
      () =>
        importRun({
          ...sampleRun,
          measurements: sampleRun.measurements.map((row) => ({
            ...row,
            outcome: row.outcome.status === 'measured' ? { ...row.outcome, kernels: [] } : row.outcome,
          })),
        }),
      'no meaningful figures',
    ],
  ];
  it.each(refusals)(
    'is refused with a sentence, and leaves nothing behind: %s',
    async (_, action, sentence) => {
      const error = await apiRejectionOf(action());
      expect(error.code).toBe('badInput');
      expect(error.message).toContain(sentence);
      expect(await api.call('runs.list', {})).toEqual([]);
    },
  );

  it('never replaces what is stored', async () => {
    await importRun(sampleRun);
    const again = await apiRejectionOf(importRun({ ...sampleRun, suite: 'forged' }));
    expect(again.message).toBe('Run run1abcd is stored already; nothing was changed.');
    const theft = await apiRejectionOf(importRun({ ...sampleRun, id: 'run3' }));
    expect(theft.message).toContain('stored already, in another run');
    expect(await api.call('runs.list', {})).toHaveLength(1);
    expect((await api.call('runs.export', { runId: 'run1abcd' })).run).toEqual(sampleRun);
  });
});

describe('a report', () => {
  it('is of one run, or of two, in every form of text', async () => {
    await importRun(sampleRun);
    await importRun(other);
    for (const format of ['html', 'md', 'csv', 'json'] as const) {
      const one = await api.call('reports.create', { runId: 'run1abcd', format });
      expect(one.fileName).toBe(`plimsoll-report-run1abcd.${format}`);
      const two = await api.call('reports.create', { runId: 'run1abcd', otherRunId: 'run2efgh', format });
      expect(two.fileName).toBe(`plimsoll-report-run1abcd-run2efgh.${format}`);
      expect(two.content).toContain('run2efgh');
      expect(one.content).not.toContain('run2efgh');
    }
  });

  it('is refused with a sentence where it makes no sense', async () => {
    await importRun(sampleRun);
    const refused = async (input: object): Promise<ApiErrorData> =>
      (
        await apiRejectionOf(api.call('reports.create', { runId: 'run1abcd', format: 'html', ...input }))
      ).toData();
    expect(await refused({ runId: 'none' })).toMatchObject({ code: 'notFound' });
    expect(await refused({ otherRunId: 'latest' })).toMatchObject({
      message: 'Run run1abcd was to be set beside itself.',
    });
    expect((await refused({ price: { currency: 'euro', amount: 1 } })).message).toContain('EUR');
    expect((await refused({ price: { currency: 'EUR', amount: -1 } })).code).toBe('badInput');
    expect((await refused({ price: { currency: 'EUR', otherAmount: 1 } })).message).toContain(
      'second machine',
    );
  });

  it.skipIf(findBrowser() === undefined)(
    'is printed as PDF by the browser that is installed',
    async () => {
      await importRun(sampleRun);
      const pdf = await api.call('reports.create', { runId: 'run1abcd', format: 'pdf' });
      const bytes = Buffer.from(pdf.content, 'base64');
      expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
      // A4 in points, as the page asks for it.
      expect(bytes.toString('latin1')).toMatch(/\/MediaBox \[0 0 59[45][\d.]* 84[12][\d.]*\]/);
    },
    60_000,
  );
});

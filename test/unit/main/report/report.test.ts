import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { comparisonAnswer } from '../../../../core/analysis/answers/comparison.ts';
import { summarizeRun } from '../../../../core/analysis/report.ts';
import type { ReportFormat } from '../../../../core/protocol/api.ts';
import type { Run } from '../../../../core/protocol/run.ts';
import { createReport, type Report, type ReportInput } from '../../../../main/report/model.ts';
import { repeatCommand } from '../../../../main/report/sections/remarks.ts';
import { writeReport } from '../../../../main/report/write.ts';
import { sampleRun } from '../../../fixtures/api/sample-run.ts';
import { changedRun } from '../../../fixtures/statistics/changed-run.ts';
import { compareRuns } from '../../../fixtures/statistics/stored-runs.ts';

const common = { createdAt: '2026-03-02T08:00:00.000Z', plimsoll: '0.1.0' };
const first = summarizeRun(sampleRun);

/** The ceilings, as if measured with so many threads too. */
function onThreads(...counts: number[]): Run['providers'] {
  return sampleRun.providers.map((provider) => ({
    ...provider,
    calibration: provider.calibration && {
      ...provider.calibration,
      arithmetic: counts.flatMap((threads) =>
        (provider.calibration?.arithmetic ?? []).map((ceiling) => ({ ...ceiling, threads })),
      ),
      bandwidth: counts.flatMap((threads) =>
        (provider.calibration?.bandwidth ?? []).map((ceiling) => ({ ...ceiling, threads })),
      ),
    },
  }));
}

/** The same on another machine: twice as fast, on more threads, without the model in two plans. */
const otherRun: Run = {
  ...sampleRun,
  id: 'run2efgh',
  environment: {
    ...sampleRun.environment,
    machine: { ...sampleRun.environment.machine, id: 'machine2', name: 'newer' },
  },
  providers: onThreads(4),
  measurements: sampleRun.measurements.slice(0, 2).map((measurement) => ({
    ...measurement,
    id: `other-${measurement.id}`,
    threads: 4,
    outcome:
      measurement.outcome.status === 'measured'
        ? { ...measurement.outcome, samplesNs: measurement.outcome.samplesNs.map((ns) => ns / 2) }
        : measurement.outcome,
  })),
};

/** With what Compare says of it and the sample run. */
function beside(other: Run): NonNullable<ReportInput['other']> {
  return { run: summarizeRun(other), judged: compareRuns({ run: sampleRun }, { run: other }) };
}

function reportOf(more: Partial<ReportInput> = {}): Report {
  return createReport({ ...common, run: first, ...more });
}

async function write(report: Report, format: ReportFormat): Promise<string> {
  const { content } = await writeReport(report, format, async () => new Uint8Array());
  return content;
}

describe('the model', () => {
  it('counts images per second from the batch and the latency, and turns the interval round', () => {
    const row = reportOf().sides[0].throughput.find(({ measurement }) => measurement.model === 'resnet50');
    const latencyNs = row?.measurement.latencyNs ?? { median: 0, low: 0, high: 0 };
    expect(row?.imagesPerSecond.median).toBeCloseTo(1e9 / latencyNs.median, 9);
    expect(row?.imagesPerSecond.low).toBeCloseTo(1e9 / latencyNs.high, 9);
    expect(row?.imagesPerSecond.high).toBeCloseTo(1e9 / latencyNs.low, 9);
  });

  it('prefers no measurement that beats its own bound, fast as it may be', () => {
    const rows = reportOf().sides[0].throughput.filter(
      ({ measurement }) => measurement.model === 'convfirst_pico',
    );
    expect(rows.map(({ measurement }) => measurement.id)).toEqual(['m2']);
  });

  it('knows no price unless it was given one', () => {
    expect(reportOf().sides[0].throughput.map((row) => row.pricePerImagePerSecond)).toEqual([null, null]);
    const [row] = reportOf({ price: 1000, currency: 'EUR' }).sides[0].throughput;
    expect(row?.pricePerImagePerSecond).toBeCloseTo(1000 / (row?.imagesPerSecond.median ?? 0), 9);
  });

  it('ranks no software adapter, and holds no price against it', async () => {
    const run = structuredClone(sampleRun);
    for (const { description } of run.providers) {
      for (const device of description.devices) device.software = true;
    }
    const report = reportOf({ run: summarizeRun(run), price: 1000, currency: 'EUR' });
    expect(report.sides[0].throughput.map((row) => row.pricePerImagePerSecond)).toEqual([null, null]);
    const html = await write(report, 'html');
    expect(html).toContain('measured software adapters alone');
    expect(html).not.toContain('The quickest');
    expect(html).toContain('software adapter: runs on the CPU');
  });

  it('sets side by side what was measured alike, though another machine has other threads', () => {
    const comparison = reportOf({ other: beside(otherRun) }).comparison;
    expect(comparison?.measurements.map(({ a, b }) => [a.id, b.id])).toEqual([
      ['m1', 'other-m1'],
      ['m2', 'other-m2'],
    ]);
    for (const { ratio } of comparison?.measurements ?? []) expect(ratio).toBeCloseTo(2, 9);
    expect(comparison?.unpaired.A.map(({ id }) => id)).toEqual(['m3']);
    expect(comparison?.unpaired.B).toEqual([]);
  });

  it('pairs nothing that could be paired in two ways', () => {
    const twice: Run = {
      ...otherRun,
      providers: onThreads(4, 8),
      measurements: otherRun.measurements.flatMap((row) => [row, { ...row, id: `${row.id}-8`, threads: 8 }]),
    };
    const comparison = reportOf({ other: beside(twice) }).comparison;
    expect(comparison?.measurements).toEqual([]);
    expect(comparison?.unpaired.B).toHaveLength(4);
  });
});

describe('the HTML', () => {
  it('needs nothing but itself, and has a policy that allows its own style alone', async () => {
    const html = await write(reportOf(), 'html');
    expect(html).not.toMatch(/<script|<link|<img|<iframe|\s(?:src|href|on\w+|style)=|@import|url\(/i);
    const style = html.match(/<style>([\s\S]*?)<\/style>/)?.[1] ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    expect(html).toContain(`content="default-src 'none'; style-src 'sha256-${hash}'`);
  });

  it('draws both panels from the data of the app’s plot, and the parts of each latency', async () => {
    const html = await write(reportOf(), 'html');
    const panels = [...html.matchAll(/<svg[^>]*aria-label="([^"]*)"/g)].map((match) => match[1]);
    expect(panels).toEqual([
      expect.stringContaining('What it should cost'),
      expect.stringContaining('What it does cost'),
      'Legend',
      expect.stringContaining('four parts'),
    ]);
    expect(html).toContain('Ideal latency [ms] at 200 GFLOP/s fp32');
    expect(html).toContain('below its bound: see the marks');
    expect(html).not.toMatch(/NaN|Infinity|undefined|\[object/);
  });

  it('draws two runs on the same scales', async () => {
    const html = await write(reportOf({ other: beside(otherRun) }), 'html');
    const axes = [...html.matchAll(/<svg[^>]*aria-label="What it does cost[\s\S]*?<\/svg>/g)].map(([svg]) =>
      [...svg.matchAll(/y="366" [^>]*>([^<]*)</g)].map((match) => match[1]),
    );
    expect(axes).toHaveLength(2);
    expect(axes[0]?.length).toBeGreaterThan(2);
    expect(axes[1]).toEqual(axes[0]);
  });

  it('says what was lost, what is marked, where figures come from and how to repeat it', async () => {
    const html = await write(reportOf(), 'html');
    expect(html).toContain('The provider ended while it measured.');
    expect(html).toContain('Faster than the ideal latency');
    expect(html).toContain(first.measurements.find(({ model }) => model === 'resnet50')?.top1Source);
    expect(html).toContain(
      [
        'plimsoll profile \\',
        '  --models resnet50,convfirst_pico,mobilenetv2_100 \\',
        '  --plans layerwise,fused \\',
        '  --dtypes fp32 \\',
        '  --providers native \\',
        '  --batch 1 \\',
        '  --threads 2</code>',
      ].join('\n'),
    );
    expect(html).toContain('No price was given');
  });

  it('shows two machines with other numbers of threads by their ratio, and no verdict', async () => {
    const html = await write(
      reportOf({ other: beside(otherRun), price: 1000, otherPrice: 1500, currency: 'EUR' }),
      'html',
    );
    expect(html).toContain('2.00×');
    expect(html).toContain('the ratios are shown below, without a verdict');
    expect(html).toContain('not judged');
    expect(html).toContain('A: 1,000 EUR, B: 1,500 EUR');
    expect(html).toContain('They differ in: machine.');
  });

  it('says of two runs of one machine what Compare says, by the same function', async () => {
    const [before, after] = [changedRun('before1'), changedRun('after1', { latency: { resnet50: 1.1 } })];
    const judged = compareRuns({ run: before }, { run: after });
    const report = reportOf({ run: summarizeRun(before), other: { run: summarizeRun(after), judged } });
    const html = await write(report, 'html');
    const { headline, sentences } = comparisonAnswer(judged);
    for (const sentence of [headline, ...sentences]) expect(html).toContain(sentence);
    const rows = report.comparison?.measurements ?? [];
    expect(rows.find(({ a }) => a.model === 'resnet50')?.row?.verdict).toBe('WORSE');
    expect(rows.map(({ row }) => row?.verdict)).toEqual(judged.rows.map(({ verdict }) => verdict));
  });
});

const hostile = `"><script>alert(1)</script>'&\u202e|=cmd`;

function hostileReport(): Report {
  const run = structuredClone(sampleRun);
  run.environment.machine.name = hostile;
  run.environment.cpu.model = hostile;
  for (const measurement of run.measurements) Object.assign(measurement, { model: hostile });
  for (const { description } of run.providers) {
    description.version = hostile;
    description.libraries = { [hostile]: hostile };
  }
  run.id = `../../${hostile}`;
  run.reason = hostile;
  return reportOf({ run: summarizeRun(run) });
}

describe('names from elsewhere', () => {
  it('become text in HTML, in tables, titles and drawings', async () => {
    const html = await write(hostileReport(), 'html');
    expect(html).not.toContain('<script');
    expect(html).not.toContain('\u202e');
    expect(html.match(/&lt;script&gt;alert/g)?.length).toBeGreaterThan(10);
    // Every tag that is left is one of ours.
    const tags = new Set([...html.matchAll(/<([a-z][a-z0-9]*)/gi)].map((match) => match[1]));
    expect([...tags].filter((tag) => /script|img|iframe|object|embed|form/i.test(tag ?? ''))).toEqual([]);
  });

  it('cannot break out of a cell in Markdown and CSV', async () => {
    const markdown = await write(hostileReport(), 'md');
    expect(markdown).not.toContain('<script');
    const rows = markdown.split('\n').filter((line) => line.startsWith('|'));
    for (const row of rows) {
      expect(row.replace(/\\./g, '').match(/\|/g)?.length).toBeGreaterThanOrEqual(3);
    }
    const csv = await write(hostileReport(), 'csv');
    expect(csv).toContain('"""><script>');
  });

  it('cannot choose the file’s name or a command to be typed', async () => {
    const report = hostileReport();
    const { fileName } = await writeReport(report, 'json', async () => new Uint8Array());
    expect(fileName).toMatch(/^plimsoll-report-[A-Za-z0-9_-]+\.json$/);
    expect(repeatCommand(report.sides[0])).toBeUndefined();
  });
});

/** A reader of RFC 4180. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = [[]];
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    rows.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') rows.push([]);
  }
  return rows.slice(0, -1);
}

describe('the CSV', () => {
  it('has one table: a row a measurement and a row a lost case, each as wide as the head', async () => {
    const [head = [], ...rows] = parseCsv(await write(reportOf(), 'csv'));
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row).toHaveLength(head.length);
    const cell = (row: number, title: string) => rows[row]?.[head.indexOf(title)];
    expect(Number(cell(0, 'latencyNs'))).toBe(first.measurements[0]?.latencyNs.median);
    expect(cell(3, 'status')).toBe('failed');
    expect(cell(3, 'reason')).toBe('The provider ended while it measured.');
    expect(cell(0, 'price')).toBe('');
  });

  it('stays a table with hostile names', async () => {
    const [head = [], ...rows] = parseCsv(await write(hostileReport(), 'csv'));
    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row).toHaveLength(head.length);
    expect(rows[0]?.[head.indexOf('machine')]).toContain('<script>');
  });
});

describe('the JSON and the PDF', () => {
  it('has the same figures as the run, and a version', async () => {
    const json: unknown = JSON.parse(await write(reportOf(), 'json'));
    expect(json).toMatchObject({
      format: 'plimsoll-report',
      version: 1,
      sides: [{ letter: 'A', report: { measurements: first.measurements } }],
    });
  });

  it('prints the very HTML, and carries the bytes in base64', async () => {
    const pages: string[] = [];
    const file = await writeReport(reportOf(), 'pdf', async (html) => {
      pages.push(html);
      return new Uint8Array([0x25, 0x50, 0x44, 0x46]);
    });
    expect(pages).toEqual([await write(reportOf(), 'html')]);
    expect(file).toMatchObject({ encoding: 'base64', content: 'JVBERg==', mediaType: 'application/pdf' });
  });

  it('says that there is nothing where nothing was measured', async () => {
    const empty = summarizeRun({ ...sampleRun, measurements: [], providers: [] });
    for (const format of ['html', 'md'] as const) {
      expect(await write(reportOf({ run: empty }), format)).toContain('measured nothing that could be shown');
    }
  });
});

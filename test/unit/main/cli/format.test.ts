import { describe, expect, it } from 'vitest';
import { measurementDetail, summarizeRun } from '../../../../core/analysis/report.ts';
import type { RunProgress } from '../../../../core/protocol/api.ts';
import { formatDetails } from '../../../../main/cli/format/details.ts';
import { formatKernels } from '../../../../main/cli/format/kernels.ts';
import { progressView } from '../../../../main/cli/format/progress.ts';
import { formatTable } from '../../../../main/cli/format/table.ts';
import { memoryTerminal } from '../../../fixtures/api/memory-terminal.ts';
import { sampleRun } from '../../../fixtures/api/sample-run.ts';

describe('table', () => {
  it('aligns columns and leaves no blanks at the end of a line', () => {
    const rows = [
      ['µ', '1'],
      ['longer', '100'],
    ] as const;
    const text = formatTable(
      memoryTerminal(),
      [
        { title: 'name', cell: ([name]: (typeof rows)[number]) => name },
        { title: 'n', align: 'right', cell: ([, n]) => n },
      ],
      rows,
    );
    expect(text.split('\n')).toEqual(['name      n', 'µ         1', 'longer  100']);
  });
});

describe('details', () => {
  const text = formatDetails(memoryTerminal(), summarizeRun(sampleRun));

  it('has a row for every measurement, and columns only for what differs', () => {
    expect(text).toMatch(/^resnet50 +layerwise +20\.2 \[/m);
    const titles = text.split('\n').find((line) => line.startsWith('model'));
    expect(titles).toContain('memory gap');
    expect(titles).not.toContain('batch');
  });

  it('tells what a launch costs, where the provider found out', () => {
    expect(text).not.toContain('from one launch to the next');
    const providers = sampleRun.providers.map((provider) =>
      provider.calibration === null
        ? provider
        : { ...provider, calibration: { ...provider.calibration, dispatchOverheadNs: 5200 } },
    );
    const told = formatDetails(memoryTerminal(), summarizeRun({ ...sampleRun, providers }));
    expect(told).toMatch(/: from one launch to the next 5\.20? µs$/m);
  });

  it('names the reconstruction, the lost case with its reason, and the alarm', () => {
    expect(text).toMatch(/^convfirst_pico\* +fused/m);
    expect(text).toMatch(/^\* Reconstruction: ./m);
    expect(text).toContain('- mobilenetv2_100 layerwise fp32 batch 1: The provider ended while it measured.');
    expect(text).toMatch(/^! convfirst_pico layerwise: Faster than the ideal latency/m);
  });
});

describe('progress', () => {
  const progress: RunProgress = {
    runId: 'run1abcd',
    suite: 'quick',
    startedAt: '2026-03-01T12:00:00.000Z',
    phase: 'measuring',
    casesDone: 2,
    casesTotal: 6,
    fraction: 0.5,
    current: 'resnet50 layerwise: a description that is longer than any terminal is wide, to see it cut off',
    elapsedSeconds: 10,
    remainingSeconds: 12,
  };

  it('rewrites one line that never wraps on a terminal', () => {
    const terminal = memoryTerminal({ errIsTty: true, columns: 60 });
    const view = progressView(terminal);
    view.show(progress);
    view.end();
    expect([...(terminal.lines[0] ?? '')]).toHaveLength(59);
    expect(terminal.lines[0]).toMatch(/^█{12}░{12} 50% 2\/6, 12 s left: resnet50/);
    expect(terminal.lines.at(-1)).toBe('');
    expect(terminal.errors).toEqual([]);
  });

  it('writes a line for each case and every few seconds elsewhere', () => {
    const terminal = memoryTerminal();
    const view = progressView(terminal);
    view.show(progress);
    view.show({ ...progress, elapsedSeconds: 11 });
    view.show({ ...progress, elapsedSeconds: 15 });
    view.show({ ...progress, elapsedSeconds: 16, casesDone: 3, remainingSeconds: null });
    expect(terminal.errors).toHaveLength(3);
    expect(terminal.errors.at(-1)).toMatch(/^50% 3\/6: resnet50/);
    expect(terminal.lines).toEqual([]);
  });
});

describe('kernels', () => {
  const measured = measurementDetail(sampleRun, 'm1');
  if (measured === undefined) throw new Error('the fixture has no m1');
  const [first, ...others] = measured.kernels;
  if (first === undefined) throw new Error('the fixture has no kernel');
  const planned = {
    ...first,
    schedule: 'layers 1 to 3 in strips of 4 rows',
    prediction: { timeNs: 9.5e6, arithmeticNs: 9e6, pointwiseNs: 0, levels: [] },
  };

  it('shows the prediction where there is one, and how a block is cut', () => {
    const plain = formatKernels(memoryTerminal(), measured);
    expect(plain).not.toContain('predicted');
    const text = formatKernels(memoryTerminal(), { ...measured, kernels: [planned, ...others] });
    expect(text).toMatch(/ latency +share +predicted +waterline/);
    expect(text).toMatch(/^stem .* 9\.50 ms/m);
    expect(text).toMatch(/^stem: layers 1 to 3 in strips of 4 rows$/m);
  });

  it('says what the kernels leave unexplained, where all were timed', () => {
    expect(formatKernels(memoryTerminal(), measured)).not.toContain('unexplained');
    const timed = {
      ...measured,
      kernels: [{ ...first, latencyNs: 0.9 * measured.summary.latencyNs.median }],
    };
    expect(formatKernels(memoryTerminal(), timed)).toMatch(
      /add up to .* ms of .* ms; 10\.0% is unexplained\./,
    );
  });
});

import { describe, expect, it } from 'vitest';
import { summarizeRun } from '../../../../core/analysis/report.ts';
import type { RunProgress } from '../../../../core/protocol/api.ts';
import { formatMachine } from '../../../../main/cli/format/machine.ts';
import { progressView } from '../../../../main/cli/format/progress.ts';
import { formatReport } from '../../../../main/cli/format/report.ts';
import { formatTable } from '../../../../main/cli/format/table.ts';
import {
  formatBytes,
  formatCount,
  formatInterval,
  formatNs,
  formatOperationsPerSecond,
  formatSeconds,
} from '../../../../main/cli/format/units.ts';
import { memoryTerminal } from '../../../fixtures/api/memory-terminal.ts';
import { sampleRun } from '../../../fixtures/api/sample-run.ts';

describe('units', () => {
  it.each([
    [0.5, '0.50 ns'],
    [999, '999 ns'],
    [1234, '1.23 µs'],
    [45_678_000, '45.7 ms'],
    [99_960_000, '100 ms'],
    [2.5e9, '2.50 s'],
  ])('%d ns is %s', (ns, text) => expect(formatNs(ns)).toBe(text));

  it('keeps an interval in the unit of its median', () => {
    expect(formatInterval({ median: 999e3, low: 950e3, high: 1.05e6 })).toBe('999 [950–1050] µs');
  });

  it('chooses units by size', () => {
    expect(formatOperationsPerSecond(153.2e9)).toBe('153 GFLOP/s');
    expect(formatOperationsPerSecond(76.68e12)).toBe('76.7 TFLOP/s');
    expect(formatBytes(1536)).toBe('1.50 KiB');
    expect(formatCount(4_089_184_256)).toBe('4.09 G');
    expect(formatSeconds(65)).toBe('1 min 05 s');
  });
});

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

describe('machine', () => {
  const text = formatMachine(memoryTerminal(), sampleRun.environment);

  it('calls what could not be found out unknown', () => {
    expect(text).toMatch(/^clock +unknown$/m);
    expect(text).toMatch(/^power +unknown$/m);
  });

  it('shows a software adapter as what it is', () => {
    expect(text).toMatch(/^GPU +llvmpipe, driver unknown, software adapter: runs on the CPU$/m);
  });

  it('says that fewer cores may be used than there are', () => {
    expect(text).toContain('2 cores, 4 threads, 2 usable here');
  });
});

describe('report', () => {
  const text = formatReport(memoryTerminal(), summarizeRun(sampleRun));

  it('has a row for every measurement, and columns only for what differs', () => {
    expect(text).toMatch(/^resnet50 +layerwise +20\.2 \[/m);
    const titles = text.split('\n').find((line) => line.startsWith('model'));
    expect(titles).toContain('memory gap');
    expect(titles).not.toContain('batch');
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

/** How far a run is: one line that is rewritten on a terminal, a line now and then where there is none. */

import { formatSeconds } from '../../../core/format/units.ts';
import type { RunProgress } from '../../../core/protocol/api.ts';
import type { Terminal } from './terminal.ts';

/** Between two lines of a log, unless a case ended. */
const quietSeconds = 5;
const barWidth = 24;

export interface ProgressView {
  show(progress: RunProgress): void;
  /** Takes the line away, so that what follows starts on an empty one. */
  end(): void;
}

export function progressView(terminal: Terminal): ProgressView {
  return terminal.errIsTty ? lineView(terminal) : logView(terminal);
}

function lineView(terminal: Terminal): ProgressView {
  return {
    show(progress) {
      const filled = Math.round(progress.fraction * barWidth);
      const bar = '█'.repeat(filled) + '░'.repeat(barWidth - filled);
      // A line that wraps cannot be rewritten: the last column stays empty too.
      terminal.rewrite([...`${bar} ${progressLine(progress)}`].slice(0, terminal.columns() - 1).join(''));
    },
    end() {
      terminal.rewrite('');
    },
  };
}

function logView(terminal: Terminal): ProgressView {
  let lastSeconds = Number.NEGATIVE_INFINITY;
  let lastStep = '';
  return {
    show(progress) {
      const step = `${progress.phase} ${progress.casesDone}`;
      if (step === lastStep && progress.elapsedSeconds < lastSeconds + quietSeconds) return;
      lastStep = step;
      lastSeconds = progress.elapsedSeconds;
      terminal.err(progressLine(progress));
    },
    end() {},
  };
}

function progressLine(progress: RunProgress): string {
  const { fraction, casesDone, casesTotal, remainingSeconds, current } = progress;
  const cases = casesTotal > 0 ? ` ${casesDone}/${casesTotal}` : '';
  const left = remainingSeconds === null ? '' : `, ${formatSeconds(remainingSeconds)} left`;
  return `${Math.round(100 * fraction)}%${cases}${left}: ${current}`;
}

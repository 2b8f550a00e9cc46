/** The conditions while a run is going on, for whoever watches it: one sample every other second, and the last ten minutes of them. */
import { type ConditionsSample, keptConditions } from '../../core/protocol/api.ts';
import { conditionsReader, type LiveConditions } from '../machine/live-conditions.ts';

/** Reading is work too: seldom enough to be lost in the noise. */
const intervalMs = 2000;

export class ConditionsTrace {
  readonly samples: ConditionsSample[] = [];
  private readonly startMs = performance.now();
  private readonly timer: NodeJS.Timeout;
  private stopped = false;

  constructor(
    tell: (sample: ConditionsSample) => void,
    read: () => Promise<LiveConditions> = conditionsReader(),
  ) {
    const sample = async () => {
      const conditions = await read();
      if (this.stopped) return;
      const taken = { atSeconds: (performance.now() - this.startMs) / 1000, ...conditions };
      this.samples.push(taken);
      if (this.samples.length > keptConditions) this.samples.shift();
      tell(taken);
    };
    void sample();
    this.timer = setInterval(() => void sample(), intervalMs);
  }

  stop(): void {
    this.stopped = true;
    clearInterval(this.timer);
  }
}

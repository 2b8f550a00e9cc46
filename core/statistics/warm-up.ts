/** When a network is warm: by time and by trend. native-bench/src/measure/warm_up.cpp is the same rule, on the same test vectors. */
import { medianOf } from './summary.ts';

export interface WarmUpSettings {
  readonly minSeconds: number;
  /** No longer, warm or not. */
  readonly maxSeconds: number;
}

const leastPasses = 3;
const steadyWithin = 0.01;

export class WarmUp {
  private readonly settings: WarmUpSettings;
  private readonly passesNs: number[] = [];

  constructor(settings: WarmUpSettings) {
    this.settings = settings;
  }

  /** Of one more pass, and the seconds since the first began: whether it is over. */
  add(latencyNs: number, elapsedSeconds: number): boolean {
    this.passesNs.push(latencyNs);
    if (elapsedSeconds >= this.settings.maxSeconds) return true;
    return elapsedSeconds >= this.settings.minSeconds && this.isSteady();
  }

  /** Whether the last third of the passes took as long as the third before. */
  isSteady(): boolean {
    const { passesNs } = this;
    if (passesNs.length < leastPasses) return false;
    const third = Math.floor(passesNs.length / 3);
    const last = medianOf(passesNs.slice(-third));
    const before = medianOf(passesNs.slice(-2 * third, -third));
    return Math.abs(last / before - 1) < steadyWithin;
  }
}

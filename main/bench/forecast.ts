/** How long the rest will take: guesses at first, put right by how long the like of it took. */

export class Forecast {
  private readonly expected = new Map<string, number>();
  private readonly now: () => number;
  private current: { readonly step: string; readonly sinceMs: number } | undefined;
  private guessedSeconds = 0;
  private tookSeconds = 0;
  private largestFraction = 0;
  private readonly startMs: number;

  /** `now` in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.now = now;
    this.startMs = now();
  }

  /** A step that is still to come, and a guess of its length; said again, the better guess counts. */
  expect(step: string, seconds: number): void {
    this.expected.set(step, seconds);
  }

  begin(step: string): void {
    this.current = { step, sinceMs: this.now() };
  }

  /** The current step is over, or will not be done at all. Returns the seconds that it took. */
  end(step: string): number {
    const guessed = this.expected.get(step) ?? 0;
    this.expected.delete(step);
    if (this.current?.step !== step) return 0;
    const took = (this.now() - this.current.sinceMs) / 1000;
    this.current = undefined;
    this.guessedSeconds += guessed;
    this.tookSeconds += took;
    return took;
  }

  elapsedSeconds(): number {
    return (this.now() - this.startMs) / 1000;
  }

  remainingSeconds(): number {
    return this.secondsOf([...this.expected.keys()]);
  }

  /** How long these steps will take together; those that are over take no more. */
  secondsOf(steps: readonly string[]): number {
    const correction = this.guessedSeconds > 0 ? this.tookSeconds / this.guessedSeconds : 1;
    let seconds = 0;
    for (const step of steps) {
      const whole = (this.expected.get(step) ?? 0) * correction;
      const done = this.current?.step === step ? (this.now() - this.current.sinceMs) / 1000 : 0;
      seconds += Math.max(0, whole - done);
    }
    return seconds;
  }

  /** Never goes back: a bar that does is not believed. */
  fraction(): number {
    const elapsed = this.elapsedSeconds();
    const remaining = this.remainingSeconds();
    const fraction = elapsed + remaining > 0 ? elapsed / (elapsed + remaining) : 0;
    this.largestFraction = Math.max(this.largestFraction, Math.min(1, fraction));
    return this.largestFraction;
  }
}

/** What a run's length hangs on, in seconds. */
export interface ExpectedWork {
  /** Until the machine is quiet. */
  readonly settling: number;
  /** Of the ceilings of all providers, which are measured once at the beginning and once at the end. */
  readonly calibration: number;
  /** Of the first visit to every case together, and of a further round. */
  readonly firstRound: number;
  readonly furtherRound: number;
  /** At most so many in all, as long as the next one ends within the budget. */
  readonly rounds: number;
  readonly budget: number;
}

/** How long it will take before any of it has begun, and how many rounds that makes. */
export function forecastRun({
  settling,
  calibration,
  firstRound,
  furtherRound,
  rounds,
  budget,
}: ExpectedWork): {
  readonly seconds: number;
  readonly rounds: number;
} {
  const least = settling + calibration + firstRound + calibration;
  const further = furtherRound > 0 ? Math.floor(Math.max(0, budget - least) / furtherRound) : 0;
  const done = 1 + Math.min(rounds - 1, further);
  return { seconds: least + (done - 1) * furtherRound, rounds: done };
}

/**
 * Carries out what events ask for, together and at most once a second: a page that moves takes time from the machine that is
 * being measured. The first after a quiet second is carried out at once.
 */
const intervalMs = 1000;

export class StillUpdates {
  private readonly waiting = new Map<string, () => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Of several under one name only the last is carried out. */
  put(name: string, update: () => void): void {
    this.waiting.set(name, update);
    if (this.timer === undefined) this.flush();
  }

  /** Carries out what waits, now. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.waiting.size === 0) return;
    const updates = [...this.waiting.values()];
    this.waiting.clear();
    this.timer = setTimeout(() => this.flush(), intervalMs);
    for (const update of updates) update();
  }

  /** Nothing is carried out any more. */
  stop(): void {
    clearTimeout(this.timer);
    this.waiting.clear();
  }
}

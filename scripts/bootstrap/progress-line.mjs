/**
 * What is being done, how far it is, and what comes next. On a terminal one line, written over again and again; elsewhere, such as in the
 * log of a server that builds, a line when a step begins and one when it has ended.
 */

/** The clock of the line moves even where a program says nothing for a while. */
const refreshMs = 250;

/**
 * @typedef {object} Activity
 * @property {string} title
 * @property {string} [progress]
 *
 * @typedef {object} State
 * @property {number} elapsedMs
 * @property {readonly Activity[]} active
 * @property {readonly string[]} next
 */

/**
 * @param {State} state
 * @param {number} columns of the terminal; a longer line would be wrapped, and could not be written over
 */
export function lineOf({ elapsedMs, active, next }, columns) {
  const now = active
    .map(({ title, progress }) => (progress === undefined ? title : `${title} ${progress}`))
    .join(' · ');
  const line = `${clock(elapsedMs)}  ${now}${next.length > 0 ? `  (next: ${next.join(', ')})` : ''}`;
  return line.length < columns ? line : `${line.slice(0, Math.max(0, columns - 2))}…`;
}

/** @param {number} ms */
export function clock(ms) {
  const seconds = Math.floor(ms / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/**
 * @param {object} options
 * @param {{ write(text: string): unknown, isTTY?: boolean, columns?: number }} options.stream
 * @param {() => number} [options.now] milliseconds
 */
export function createProgressLine({ stream, now = Date.now }) {
  const isTerminal = stream.isTTY === true;
  const start = now();
  /** @type {Map<string, { progress?: string, readonly begun: number }>} */
  const active = new Map();
  /** @type {readonly string[]} */
  let next = [];
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;
  let isShown = false;

  const clear = () => {
    if (isShown) stream.write('\r\x1b[K');
    isShown = false;
  };
  const draw = () => {
    if (!isTerminal || active.size === 0) return;
    const activities = [...active].map(([title, { progress }]) =>
      progress === undefined ? { title } : { title, progress },
    );
    const state = { elapsedMs: now() - start, active: activities, next };
    stream.write(`\r\x1b[K${lineOf(state, stream.columns || 80)}`);
    isShown = true;
  };
  /** @param {string} text */
  const print = (text) => {
    clear();
    stream.write(`${text}\n`);
    draw();
  };

  return {
    print,
    /**
     * @param {string} title
     * @param {string} why
     */
    begin(title, why) {
      active.set(title, { begun: now() });
      // On a terminal the line says what is done; why is worth a line of its own wherever the step is.
      print(`${title}: ${why}`);
      if (isTerminal) timer ??= setInterval(draw, refreshMs);
    },
    /**
     * @param {string} title
     * @param {string} progress
     */
    progress(title, progress) {
      const entry = active.get(title);
      if (entry === undefined || entry.progress === progress) return;
      entry.progress = progress;
      draw();
    },
    /** @param {string} title */
    end(title) {
      const entry = active.get(title);
      if (entry === undefined) return;
      active.delete(title);
      print(`${title}: done in ${((now() - entry.begun) / 1000).toFixed(1)} s`);
    },
    /** @param {readonly string[]} titles */
    setNext(titles) {
      next = titles;
    },
    close() {
      clearInterval(timer);
      active.clear();
      clear();
    },
  };
}

/** Runs steps side by side, each as soon as those that it comes after have ended. */

/**
 * @typedef {object} Step
 * @property {string} title what it makes, as the line of progress names it
 * @property {readonly string[]} after names of steps that end before it begins, where the task has them
 * @property {() => Promise<string | undefined>} due why it must run; undefined where its product is there and up to date
 * @property {(report: Report) => Promise<void>} run
 *
 * @typedef {object} Report
 * @property {(progress: string) => void} progress
 * @property {(text: string) => void} print a line that stays
 *
 * @typedef {object} Listener
 * @property {(title: string, why: string) => void} begin
 * @property {(title: string, progress: string) => void} progress
 * @property {(title: string) => void} end
 * @property {(titles: readonly string[]) => void} setNext
 * @property {(text: string) => void} print
 */

/**
 * Names and reasons of the steps that are due now. What one step installs may make another one due, which is found when its turn comes.
 * @param {Readonly<Record<string, Step>>} steps
 * @returns {Promise<Map<string, string>>}
 */
export async function dueSteps(steps) {
  const found = await Promise.all(
    Object.entries(steps).map(async ([name, step]) => /** @type {const} */ ([name, await step.due()])),
  );
  return new Map(found.flatMap(([name, why]) => (why === undefined ? [] : [[name, why]])));
}

/**
 * Rejects with the first failure, and begins no step after it; those that run already are the caller's to end.
 * @param {Readonly<Record<string, Step>>} steps
 * @param {Iterable<string>} due names of those that are expected to run, for what comes next
 * @param {Listener} listener
 * @param {string} [afterwards] what follows the last step
 */
export async function runSteps(steps, due, listener, afterwards) {
  const waiting = new Set(due);
  let hasFailed = false;
  const showNext = () => {
    const titles = [...waiting].map((name) => steps[name]?.title ?? name);
    listener.setNext(afterwards === undefined ? titles : [...titles, afterwards]);
  };
  /** @type {Map<string, Promise<void>>} */
  const started = new Map();
  /** @param {string} name @param {Step} step */
  const start = async (name, step) => {
    await Promise.all(step.after.map((earlier) => started.get(earlier)));
    if (hasFailed) return;
    const why = await step.due();
    waiting.delete(name);
    showNext();
    if (why === undefined || hasFailed) return;
    listener.begin(step.title, why);
    try {
      await step.run({
        progress: (progress) => listener.progress(step.title, progress),
        print: listener.print,
      });
    } catch (error) {
      hasFailed = true;
      throw error;
    }
    listener.end(step.title);
  };
  showNext();
  for (const [name, step] of inOrder(steps)) started.set(name, start(name, step));
  await Promise.all(started.values());
}

/**
 * Every step behind those that it comes after.
 * @param {Readonly<Record<string, Step>>} steps
 */
function inOrder(steps) {
  /** @type {Map<string, Step>} */
  const ordered = new Map();
  /** @param {string} name @param {readonly string[]} path */
  const add = (name, path) => {
    const step = steps[name];
    if (step === undefined || ordered.has(name)) return;
    if (path.includes(name))
      throw new Error(`Steps that wait for each other: ${[...path, name].join(', ')}.`);
    for (const earlier of step.after) add(earlier, [...path, name]);
    ordered.set(name, step);
  };
  for (const name of Object.keys(steps)) add(name, []);
  return ordered;
}

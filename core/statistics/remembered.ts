/** A comparison of hundreds of figures asks for the same few critical values hundreds of times. */

/** More are forgotten all at once: what is asked for by turns is few. */
const most = 1000;

/** The pure function, which works out each answer once. */
export function remembered<Arguments extends readonly number[], Result>(
  compute: (...values: Arguments) => Result,
): (...values: Arguments) => Result {
  const answers = new Map<string, Result>();
  return (...values) => {
    const key = values.join();
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = compute(...values);
    if (answers.size >= most) answers.clear();
    answers.set(key, answer);
    return answer;
  };
}

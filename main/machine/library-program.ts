/** Prints what systeminformation knows, a line of each question; main/machine/library.ts starts it. */
import { answerWithLibrary } from './library.ts';

await answerWithLibrary((line) => process.stdout.write(line));

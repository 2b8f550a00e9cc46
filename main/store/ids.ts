/** Names that a person can read aloud and type: eight letters and digits, the later the larger. */
import { randomInt } from 'node:crypto';

/** Crockford's base 32: no letter that looks like a digit. */
const digits = '0123456789abcdefghjkmnpqrstvwxyz';
const epochMs = Date.UTC(2020);
/** Minutes in five digits last until 2083. */
const minuteDigits = 5;
const randomDigits = 3;

export function newRunId(nowMs: number = Date.now()): string {
  const most = 32 ** minuteDigits;
  // A board without a battery for its clock begins in 1970, which is counted from the other end.
  const minutes = ((Math.floor((nowMs - epochMs) / 60_000) % most) + most) % most;
  return encode(minutes, minuteDigits) + encode(randomInt(32 ** randomDigits), randomDigits);
}

function encode(value: number, length: number): string {
  return Array.from(
    { length },
    (_, index) => digits[Math.floor(value / 32 ** (length - 1 - index)) % 32],
  ).join('');
}

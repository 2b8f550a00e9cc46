/**
 * Who may use the server: whoever was told the token, which is printed where it was started and lives as long as it does.
 * The page exchanges it for a cookie of another value, so that the token itself never travels again.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';

export const sessionCookie = 'plimsoll_session';

export interface Sessions {
  /** 256 random bits, base64url. */
  readonly token: string;
  /** The value of a new session's cookie; undefined where the token is wrong. */
  open(token: string): string | undefined;
  has(session: string | undefined): boolean;
}

export function createSessions(): Sessions {
  const token = randomToken();
  // One for all pages: they are all the same user's, and a list of them would only grow.
  const session = randomToken();
  return {
    token,
    open: (candidate) => (isEqual(candidate, token) ? session : undefined),
    has: (candidate) => candidate !== undefined && isEqual(candidate, session),
  };
}

function randomToken(): string {
  return randomBytes(32).toString('base64url');
}

/** Takes the same time however much of the candidate is right. */
function isEqual(candidate: string, secret: string): boolean {
  const [a, b] = [Buffer.from(candidate), Buffer.from(secret)];
  return a.length === b.length && timingSafeEqual(a, b);
}

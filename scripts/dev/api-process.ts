/** The API's process while it is worked on: it is started again by Node when a module that it has loaded changes. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

/** For a start after a change: compiling nothing, but opening the store and asking the machine. */
const startMs = 15_000;
const MessageSchema = z.object({ address: z.url() });

/** A server that is signed in to. */
export interface Upstream {
  readonly origin: string;
  readonly cookie: string;
}

export interface ApiProcess {
  /**
   * The server that runs now, or the one after `gone`, which no longer answers. Undefined where none has started in time: it is broken, and has
   * told the terminal why.
   */
  current(gone?: Upstream): Promise<Upstream | undefined>;
  stop(): Promise<void>;
}

export function startApi(): ApiProcess {
  const script = fileURLToPath(new URL('api.ts', import.meta.url));
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--watch', '--watch-preserve-output', script],
    { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] },
  );
  let upstream: Upstream | undefined;
  const waiting = new Set<() => void>();
  child.on('message', async (message) => {
    const parsed = MessageSchema.safeParse(message);
    // Node's own messages, of what it watches, come here too.
    if (!parsed.success) return;
    upstream = await signIn(new URL(parsed.data.address));
    for (const wake of [...waiting]) wake();
  });
  return {
    async current(gone) {
      const deadline = Date.now() + startMs;
      while (upstream === undefined || upstream === gone) {
        const left = deadline - Date.now();
        if (left <= 0) return undefined;
        await new Promise<void>((resolve) => {
          const wake = () => {
            clearTimeout(timer);
            waiting.delete(wake);
            resolve();
          };
          const timer = setTimeout(wake, left);
          waiting.add(wake);
        });
      }
      return upstream;
    },
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null) return resolve();
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

async function signIn({ origin, hash }: URL): Promise<Upstream> {
  const response = await fetch(`${origin}/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token: hash.replace('#token=', '') }),
  });
  const cookie = response.headers.getSetCookie()[0]?.split(';')[0];
  if (cookie === undefined) throw new Error('The API did not accept its own token.');
  return { origin, cookie };
}

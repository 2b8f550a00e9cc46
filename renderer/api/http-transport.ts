/** In a browser: calls by POST, events by one EventSource, which connects again by itself. */
import { AnswerSchema, SignedOut, type Transport, Unreachable } from './transport.ts';

export function httpTransport(): Transport {
  let source: EventSource | undefined;
  let signingIn: Promise<void> | undefined;
  const interruptionListeners = new Set<() => void>();

  function events(): EventSource {
    // 2: closed for good, as after an answer that the page is not signed in.
    if (source !== undefined && source.readyState !== 2) return source;
    source = new EventSource('api/events');
    const tell = () => {
      for (const listener of interruptionListeners) listener();
    };
    let state: 'new' | 'open' | 'cut' = 'new';
    source.addEventListener('open', () => {
      if (state === 'cut') tell();
      state = 'open';
    });
    // Each attempt to connect again ends here too: only the first is news.
    source.addEventListener('error', () => {
      if (state !== 'open') return;
      state = 'cut';
      tell();
    });
    return source;
  }

  return {
    async open() {
      const token = takeToken();
      if (token !== undefined) {
        signingIn = signIn(token).finally(() => {
          signingIn = undefined;
        });
      }
      // While it is worked on, React opens everything twice, and the second time finds no token.
      await signingIn;
    },
    async invoke(method, input) {
      const response = await post(`api/${method}`, input);
      if (response.status === 401) throw new SignedOut();
      return AnswerSchema.parse(await response.json());
    },
    on(event, listener) {
      const receive = ({ data }: MessageEvent<string>) => listener(JSON.parse(data));
      events().addEventListener(event, receive);
      return () => events().removeEventListener(event, receive);
    },
    onInterruption(listener) {
      interruptionListeners.add(listener);
      return () => interruptionListeners.delete(listener);
    },
  };
}

async function signIn(token: string): Promise<void> {
  const response = await post('session', { token });
  if (response.status === 401) throw new SignedOut();
}

async function post(path: string, body: unknown): Promise<Response> {
  try {
    return await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
  } catch {
    throw new Unreachable();
  }
}

/** The token of the address, which then shows only the view behind it: not in the history, not over somebody's shoulder. */
function takeToken(): string | undefined {
  const [, token, view] = /^#token=([\w-]+)(?:&(.+))?$/.exec(location.hash) ?? [];
  if (token !== undefined) {
    history.replaceState(null, '', location.pathname + location.search + (view ? `#${view}` : ''));
  }
  return token;
}

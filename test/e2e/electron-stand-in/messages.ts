/**
 * Between the process that runs the app's real entry and the test that plays Electron's browser process. Each request is
 * answered once, under its number.
 */
export interface PageRequest {
  url: string;
  method: string;
}

export interface PageResponse {
  status: number;
  headers: Record<string, string>;
  bodyBase64: string;
}

/** What the test asks the app. */
export interface AppRequests {
  /** The request of a page for an address of the app's scheme. */
  page: { input: PageRequest; output: PageResponse };
  /** `ipcRenderer.invoke` */
  invoke: {
    input: { windowId: number; frameUrl: string; isMainFrame: boolean; message: unknown[] };
    output: unknown;
  };
  /** A page wants to leave for another address: true where the app lets it. */
  navigate: { input: { url: string }; output: boolean };
  /** `window.open`: true where the app lets it. */
  open: { input: { url: string }; output: boolean };
  /** The user closes the window. */
  close: { input: Record<string, never>; output: null };
}

/** What the app asks the test. */
export interface TestRequests {
  /** Windows are numbered from 1; the first is the one that the user sees. */
  load: {
    input: { windowId: number; url: string; preload: string; webPreferences: Record<string, unknown> };
    output: null;
  };
  /** `webContents.send` */
  send: { input: { windowId: number; message: unknown[] }; output: null };
  closed: { input: { windowId: number }; output: null };
  /** A question of the app: the index of the button that the user presses. */
  question: { input: { message: string; buttons: string[] }; output: number };
  openExternal: { input: { url: string }; output: null };
}

export interface Handlers<Requests extends AppRequests | TestRequests> {
  handle: {
    [Name in keyof Requests]: (
      input: InputOf<Requests[Name]>,
    ) => OutputOf<Requests[Name]> | Promise<OutputOf<Requests[Name]>>;
  };
}

type InputOf<Request> = Request extends { input: infer Input } ? Input : never;
type OutputOf<Request> = Request extends { output: infer Output } ? Output : never;

type Message =
  | { kind: 'request'; id: number; name: string; input: unknown }
  | { kind: 'answer'; id: number; output: unknown }
  | { kind: 'failure'; id: number; reason: string };

/** One end of the channel between a process and its child: `process` in the child, the child in the parent. */
interface Port {
  send?(message: Message, sent: (error: Error | null) => void): unknown;
  on(event: 'message', listener: (message: Message) => void): unknown;
}

/** Answers the other side's requests with `handlers` and returns the function that asks the other side. */
export function connect<Theirs extends AppRequests | TestRequests, Ours extends AppRequests | TestRequests>(
  port: Port,
  handlers: Handlers<Ours>['handle'],
) {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>();
  let nextId = 0;
  // An answer to the other side is lost with it.
  const answer = (message: Message) => port.send?.(message, () => {});
  port.on('message', async (message) => {
    if (message.kind === 'request') {
      const handler = handlers[message.name as keyof Ours] as (input: unknown) => unknown;
      try {
        answer({ kind: 'answer', id: message.id, output: (await handler(message.input)) ?? null });
      } catch (error) {
        answer({ kind: 'failure', id: message.id, reason: String(error) });
      }
      return;
    }
    const request = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.kind === 'answer') request?.resolve(message.output);
    else request?.reject(new Error(message.reason));
  });
  return <Name extends keyof Theirs & string>(
    name: Name,
    input: InputOf<Theirs[Name]>,
  ): Promise<OutputOf<Theirs[Name]>> => {
    const id = nextId++;
    const request = Promise.withResolvers<unknown>();
    waiting.set(id, request);
    port.send?.({ kind: 'request', id, name, input }, (error) => {
      if (error !== null) request.reject(error);
    });
    return request.promise as Promise<OutputOf<Theirs[Name]>>;
  };
}

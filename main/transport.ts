/** What every transport does alike: it takes a call by its name from outside, and turns its end into data. */
import {
  type Api,
  ApiError,
  type ApiErrorData,
  type ApiEvent,
  type ApiMethod,
  apiEvents,
  apiMethods,
} from '../core/protocol/api.ts';

export type Answer = { ok: true; value: unknown } | { ok: false; error: ApiErrorData };

export function isApiMethod(name: string): name is ApiMethod {
  return Object.hasOwn(apiMethods, name);
}

/** Never rejects: whatever goes wrong is an answer. The input is unparsed, `Api.call` parses it. */
export async function answerCall(api: Api, method: string, input: unknown): Promise<Answer> {
  if (!isApiMethod(method)) return { ok: false, error: unknownMethod(method).toData() };
  try {
    const call: (method: ApiMethod, input: never) => Promise<unknown> = (...call) => api.call(...call);
    return { ok: true, value: await call(method, input as never) };
  } catch (error) {
    return { ok: false, error: toApiError(error).toData() };
  }
}

/** One listener for every event. Returns the function that ends the subscription. */
export function subscribeAll(api: Api, listener: (event: ApiEvent, payload: unknown) => void): () => void {
  const events = Object.keys(apiEvents) as ApiEvent[];
  const subscriptions = events.map((event) => api.subscribe(event, (payload) => listener(event, payload)));
  return () => {
    for (const unsubscribe of subscriptions) unsubscribe();
  };
}

/** An unexpected failure keeps its own message: the program and the user are on the same machine. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError('internal', `Something went wrong that should not: ${message}`, 'Please report it.');
}

function unknownMethod(method: string): ApiError {
  return new ApiError(
    'notFound',
    `There is no method '${method}'.`,
    'The page and the program are of different versions: reload the page.',
  );
}

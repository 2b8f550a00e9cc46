/** What every transport does alike: it takes a call by its name from outside, and turns its end into data. */
import {
  type Api,
  ApiError,
  type ApiErrorData,
  type ApiEvent,
  type ApiMethod,
  apiEvents,
  apiMethods,
} from '../../core/protocol/api.ts';

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
  const failure = systemFailure((error as NodeJS.ErrnoException | null)?.code);
  if (failure !== undefined) {
    const path = (error as NodeJS.ErrnoException).path;
    return new ApiError('store', `${path ?? 'A file'} could not be used: ${failure.what}.`, failure.remedy);
  }
  return new ApiError('internal', `Something went wrong that should not: ${message}`, 'Please report it.');
}

/** Of the disk and the rights on it, which are no fault of the program's, by the system's code. */
export function systemFailure(code: string | undefined) {
  return code === undefined ? undefined : systemFailures.get(code);
}

const otherFolder =
  'Choose another folder, or make this one writable; PLIMSOLL_DATA_DIR names the one for runs.';
const systemFailures: ReadonlyMap<string, { readonly what: string; readonly remedy: string }> = new Map([
  ['ENOSPC', { what: 'no space is left on the device', remedy: 'Free some space and try again.' }],
  ['EDQUOT', { what: 'the quota of the disk is used up', remedy: 'Free some space and try again.' }],
  ['EROFS', { what: 'the file system can only be read', remedy: otherFolder }],
  ['EACCES', { what: 'permission is denied', remedy: otherFolder }],
  ['EPERM', { what: 'the operation is not permitted', remedy: otherFolder }],
]);

function unknownMethod(method: string): ApiError {
  return new ApiError(
    'notFound',
    `There is no method '${method}'.`,
    'The page and the program are of different versions: reload the page.',
  );
}

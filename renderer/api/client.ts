/** The app's API over a transport: every answer and event is parsed by the schema of its name. */
import {
  type Api,
  ApiError,
  type ApiEvent,
  type ApiEventPayload,
  type ApiInput,
  type ApiMethod,
  type ApiOutput,
  apiEvents,
  apiMethods,
} from '../../core/protocol/api.ts';
import type { Transport } from './transport.ts';

/** `call` rejects with ApiError for what the program refused, and with the transport's own errors. */
export function createClient(transport: Transport): Api {
  return {
    async call<M extends ApiMethod>(method: M, input: ApiInput<M>): Promise<ApiOutput<M>> {
      const answer = await transport.invoke(method, input);
      if (!answer.ok) throw new ApiError(answer.error.code, answer.error.message, answer.error.hint);
      return apiMethods[method].output.parse(answer.value) as ApiOutput<M>;
    },
    subscribe<E extends ApiEvent>(event: E, listener: (payload: ApiEventPayload<E>) => void) {
      return transport.on(event, (payload) => {
        listener(apiEvents[event].parse(payload) as ApiEventPayload<E>);
      });
    },
  };
}

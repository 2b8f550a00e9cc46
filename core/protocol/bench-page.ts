/**
 * How a bench page is spoken to: the page that runs networks on its browser's own WebGPU. It speaks the provider protocol; this is
 * what carries its lines. Requests come to the page as events, its answers go back in calls, and what it sends is input
 * from outside like any other.
 */
import { z } from 'zod';

/** Under the folder that the interface is built into. */
export const benchPagePath = 'bench/index.html';

/** What the program tells a page. `attached` is the first, and comes again whenever the connection is made anew. */
export const benchPageEvents = {
  /** `{page}`: the name of this connection. Whatever the page did before is void: it begins anew. */
  attached: 'bench.attached',
  /** One line of the provider protocol. */
  request: 'bench.request',
  /** Another bench page has taken its place. It must not come back by itself, or the two would push each other out for ever. */
  replaced: 'bench.replaced',
} as const;
export type BenchPageEvent = (typeof benchPageEvents)[keyof typeof benchPageEvents];

export const BenchAttachedSchema = z.object({ page: z.string() });

/** What a page sends at once; ten times the longest answer that any network of the zoo has. */
export const benchReplyBytes = 8 * 2 ** 20;

export const BenchReplySchema = z.object({
  page: z.string().max(64),
  /** Lines of the provider protocol, in order. */
  lines: z.array(z.string()).max(1024),
  /** What went wrong, as the end of a sentence; the program then ends the connection. */
  failed: z.string().max(500).optional(),
});
export type BenchReply = z.infer<typeof BenchReplySchema>;

/** Which buffer each tensor lies in: one is used again as soon as nobody will touch what is in it. */
import type { Operand } from './lower.ts';

/** Names a tensor, or a kernel's workspace, among all buffers of a network; undefined for parameters. */
export function bufferName(operand: Operand, kernel: number): string | undefined {
  if (operand.kind === 'tensor') return `tensor ${operand.id}`;
  if (operand.kind === 'workspace') return `workspace ${kernel}.${operand.index}`;
  return undefined;
}

export interface Touch {
  readonly name: string;
  readonly bytes: number;
}

export interface ArenaPlan {
  /** Bytes of each buffer. */
  readonly slots: readonly number[];
  /** Index into `slots` by name. */
  readonly slotOf: ReadonlyMap<string, number>;
}

/**
 * `launches`: what each launch touches, in order. `kept`: names that must stay to the end (the image, which is read in every
 * pass, and the result). First fit, the smallest buffer that is large enough; if none is, the largest free one grows.
 */
export function planArena(launches: readonly (readonly Touch[])[], kept: ReadonlySet<string>): ArenaPlan {
  const last = new Map<string, number>();
  for (const [position, touches] of launches.entries())
    for (const { name } of touches) last.set(name, position);
  const slots: number[] = [];
  const free = new Set<number>();
  const slotOf = new Map<string, number>();
  for (const [position, touches] of launches.entries()) {
    for (const { name, bytes } of touches) {
      if (slotOf.has(name)) continue;
      const candidates = kept.has(name)
        ? []
        : [...free].toSorted((a, b) => (slots[a] ?? 0) - (slots[b] ?? 0));
      const slot =
        candidates.find((index) => (slots[index] ?? 0) >= bytes) ?? candidates.at(-1) ?? slots.length;
      slots[slot] = Math.max(slots[slot] ?? 0, bytes);
      free.delete(slot);
      slotOf.set(name, slot);
    }
    for (const { name } of touches) {
      const slot = slotOf.get(name);
      if (slot !== undefined && last.get(name) === position && !kept.has(name)) free.add(slot);
    }
  }
  return { slots, slotOf };
}

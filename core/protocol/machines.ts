/** The machines that runs were measured on, as their owner knows them: with a label, notes and a price, merged or deleted. */
import { z } from 'zod';

const text = z.string();
const maybeText = text.nullable();
const count = z.number().int().nonnegative();

export const CurrencySchema = text.regex(
  /^[A-Z]{3}$/,
  'Give the currency as three capital letters, for example EUR',
);
export const AmountSchema = z.number().positive().max(1e12);

/** What somebody paid: the program knows no prices. */
export const PriceSchema = z.object({
  /** ISO 4217, for example EUR. */
  currency: CurrencySchema,
  amount: AmountSchema,
});
export type Price = z.infer<typeof PriceSchema>;

/** One identity of hardware, as the runs carry it. */
const IdentitySchema = z.object({
  id: text,
  /** What its system calls it. */
  ownName: text,
  cpu: text,
  /** What computes; no software adapters. */
  gpus: z.array(text),
  firstSeenAt: z.iso.datetime(),
  lastSeenAt: z.iso.datetime(),
  /** Those that are deleted do not count. */
  runs: count,
});

export const MachineSchema = IdentitySchema.extend({
  /** What to call it wherever it is named: the label, or else its own name. */
  name: text,
  label: maybeText,
  notes: text,
  price: PriceSchema.nullable(),
  /** It is the one that this program runs on. */
  thisMachine: z.boolean(),
  /** Identities that are shown as this machine. Its own counts and times include theirs. */
  merged: z.array(IdentitySchema),
  /** Null for those that are not deleted. */
  deletedAt: z.iso.datetime().nullable(),
});
export type Machine = z.infer<typeof MachineSchema>;

/** What is left out stays; null takes it away. */
export const MachineUpdateSchema = z.object({
  machineId: text,
  label: text.trim().max(80).nullable().optional(),
  notes: text.max(10_000).optional(),
  price: PriceSchema.nullable().optional(),
});
export type MachineUpdate = z.output<typeof MachineUpdateSchema>;

/** What is typed about a machine, and what of it can be stored. */
import {
  AmountSchema,
  CurrencySchema,
  type Machine,
  type MachineUpdate,
  type Price,
} from '../../../core/protocol/machines.ts';

export interface TypedFields {
  readonly label: string;
  readonly amount: string;
  readonly currency: string;
  readonly notes: string;
}

/** `currency`: what is offered for a machine without a price. */
export function fieldsOf({ label, price, notes }: Machine, currency: string): TypedFields {
  return {
    label: label ?? '',
    amount: price === null ? '' : String(price.amount),
    currency: price?.currency ?? currency,
    notes,
  };
}

/** The price that is typed: null for none, undefined for what is no price. */
export function typedPrice({ amount, currency }: TypedFields): Price | null | undefined {
  if (amount.trim() === '') return null;
  // A comma could part thousands or cents: it is refused as on the command line.
  const value = AmountSchema.safeParse(/^\d+(\.\d+)?$/.test(amount.trim()) ? Number(amount) : undefined);
  const unit = CurrencySchema.safeParse(currency.trim().toUpperCase());
  return value.success && unit.success ? { amount: value.data, currency: unit.data } : undefined;
}

/** What differs from what is stored; undefined where nothing does. A price that is none yet waits. */
export function updateOf(machine: Machine, typed: TypedFields): MachineUpdate | undefined {
  const label = typed.label.trim() || null;
  const price = typedPrice(typed);
  const isOtherPrice =
    price !== undefined &&
    (price?.amount !== machine.price?.amount || price?.currency !== machine.price?.currency);
  const update = {
    ...(label !== machine.label && { label }),
    ...(typed.notes !== machine.notes && { notes: typed.notes }),
    ...(isOtherPrice && { price }),
  };
  return Object.keys(update).length === 0 ? undefined : { machineId: machine.id, ...update };
}

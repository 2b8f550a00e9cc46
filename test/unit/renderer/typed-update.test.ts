import { describe, expect, it } from 'vitest';
import type { Machine } from '../../../core/protocol/machines.ts';
import { fieldsOf, typedPrice, updateOf } from '../../../renderer/pages/machines/typed-update.ts';

const machine: Machine = {
  id: 'box-1',
  ownName: 'box',
  name: 'Build box',
  label: 'Build box',
  cpu: 'CPU',
  gpus: [],
  firstSeenAt: '2026-01-01T00:00:00Z',
  lastSeenAt: '2026-01-02T00:00:00Z',
  runs: 2,
  notes: 'under the desk',
  price: { amount: 1999.9, currency: 'EUR' },
  thisMachine: true,
  merged: [],
  deletedAt: null,
};
const stored = fieldsOf(machine, 'USD');

describe('what is typed of a machine', () => {
  it('changes nothing when it is what is stored', () => {
    expect(updateOf(machine, stored)).toBeUndefined();
    expect(updateOf(machine, { ...stored, label: ' Build box ', currency: 'eur' })).toBeUndefined();
  });

  it('stores only what differs', () => {
    expect(updateOf(machine, { ...stored, notes: 'sold' })).toEqual({ machineId: 'box-1', notes: 'sold' });
    expect(updateOf(machine, { ...stored, label: ' ' })).toEqual({ machineId: 'box-1', label: null });
    expect(updateOf(machine, { ...stored, currency: 'chf' })).toEqual({
      machineId: 'box-1',
      price: { amount: 1999.9, currency: 'CHF' },
    });
    expect(updateOf(machine, { ...stored, amount: ' ' })).toEqual({ machineId: 'box-1', price: null });
  });

  it.each(['1.999,90', '1,999', '-5', '0', 'dear', '1e99', 'Infinity'])('takes %s for no price', (amount) => {
    expect(typedPrice({ ...stored, amount })).toBeUndefined();
    expect(updateOf(machine, { ...stored, amount, notes: 'sold' })).toEqual({
      machineId: 'box-1',
      notes: 'sold',
    });
  });

  it('offers a currency where there is no price, and asks for none', () => {
    const unpriced = { ...machine, price: null };
    expect(fieldsOf(unpriced, 'USD')).toMatchObject({ amount: '', currency: 'USD' });
    expect(updateOf(unpriced, fieldsOf(unpriced, 'USD'))).toBeUndefined();
    expect(typedPrice({ ...stored, currency: 'EURO' })).toBeUndefined();
  });
});

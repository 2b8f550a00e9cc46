import type { Price } from '../protocol/machines.ts';

/** `1,200.50 CHF`: with cents where there are any. */
export function formatPrice({ amount, currency }: Price): string {
  const digits = Number.isInteger(amount) ? 0 : 2;
  const text = amount.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return `${text} ${currency}`;
}

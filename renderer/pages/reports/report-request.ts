/** What is typed on the page, and the request for a report that it makes. */
import type { ReportFormat, ReportRequest } from '../../../core/protocol/api.ts';

export interface ReportChoice {
  readonly runId: string;
  /** '' for a report of one run. */
  readonly otherRunId: string;
  readonly format: ReportFormat;
  /** As typed; '' where none is given. */
  readonly price: string;
  readonly otherPrice: string;
  readonly currency: string;
}

/** Undefined as long as what is typed as a price or currency is none. */
export function reportRequestOf(choice: ReportChoice): ReportRequest | undefined {
  const { runId, otherRunId, format } = choice;
  const amount = amountOf(choice.price);
  const otherAmount = otherRunId === '' ? undefined : amountOf(choice.otherPrice);
  const currency = choice.currency.trim().toUpperCase();
  const prices = [amount, otherAmount].filter((price) => price !== undefined);
  if (prices.some((price) => !(price > 0))) return undefined;
  if (prices.length > 0 && !/^[A-Z]{3}$/.test(currency)) return undefined;
  return {
    runId,
    format,
    ...(otherRunId !== '' && { otherRunId }),
    ...(prices.length > 0 && {
      price: {
        currency,
        ...(amount !== undefined && { amount }),
        ...(otherAmount !== undefined && { otherAmount }),
      },
    }),
  };
}

function amountOf(text: string): number | undefined {
  return text.trim() === '' ? undefined : Number(text);
}

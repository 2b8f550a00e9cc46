/** Of a long list only the rows in sight are in the page; what is above and below is empty room of the same height. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect } from 'react';

/** Up to here everything is in the page, so that the browser's own search finds it. */
const mostInPage = 200;

export interface RowWindow {
  /** False where all rows are in the page. */
  readonly isWindowed: boolean;
  /** Indexes of the rows that are to be drawn, and the height in pixels of what is left out on either side. */
  readonly indexes: readonly number[];
  readonly above: number;
  readonly below: number;
  /** For each row that is drawn, with `data-index`: its height is taken from itself. */
  readonly measure: ((row: Element | null) => void) | undefined;
}

export function useWindowedRows(
  count: number,
  frame: RefObject<HTMLElement | null>,
  rowHeight: number,
  /** Kept in sight when it changes. */
  active?: number,
  /** Something in the list is of a height that is not known beforehand: then all of it is in the page. */
  isUneven = false,
): RowWindow {
  const isWindowed = count > mostInPage && !isUneven;
  const rows = useVirtualizer({
    count,
    enabled: isWindowed,
    getScrollElement: () => frame.current,
    estimateSize: () => rowHeight,
    overscan: 8,
    useFlushSync: false,
  });
  useEffect(() => {
    if (isWindowed && active !== undefined && active >= 0) rows.scrollToIndex(active);
  }, [isWindowed, active, rows]);
  if (!isWindowed) {
    return {
      isWindowed,
      indexes: Array.from({ length: count }, (_, i) => i),
      above: 0,
      below: 0,
      measure: undefined,
    };
  }
  const items = rows.getVirtualItems();
  return {
    isWindowed,
    indexes: items.map(({ index }) => index),
    above: items[0]?.start ?? 0,
    below: rows.getTotalSize() - (items.at(-1)?.end ?? 0),
    measure: rows.measureElement,
  };
}

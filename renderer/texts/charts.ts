/** Texts that all charts share. */

export const chartTexts = {
  asTable: 'Table',
  svg: 'Save the chart as SVG',
  png: 'Save the chart as PNG',
  csv: 'Save the values as CSV',
} as const;

export const limitTexts = {
  title: 'Limits',
  names: {
    arithmetic: 'arithmetic',
    L1: 'L1 bandwidth',
    L2: 'L2 bandwidth',
    L3: 'L3 bandwidth',
    DRAM: 'DRAM bandwidth',
    unexplained: 'unexplained',
  },
  lost: 'above the bound',
} as const;

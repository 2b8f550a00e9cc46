/** Texts of the page Reports. */

export const reportTexts = {
  sentence:
    'One run, or two side by side, for whoever decides and whoever checks: a file that needs nothing else.',
  preview: 'Preview of the report',
  open: 'Export report',
  format: 'Format',
  formats: { html: 'HTML', pdf: 'PDF', md: 'Markdown', csv: 'CSV', json: 'JSON' },
  other: 'Compared with',
  alone: 'no other run',
  price: 'Price of the machine',
  otherPrice: 'Price of the other',
  currency: 'Currency',
  priceMeaning: 'If you give it, the report shows what an image per second costs. Plimsoll knows no prices.',
  save: 'Save report',
  saving: 'Writing …',
} as const;

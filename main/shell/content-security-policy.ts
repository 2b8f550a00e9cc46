import { reportStyleSource } from '../report/html.ts';

/**
 * What the page may load, the same in Electron and in a browser: its own files and nothing else. No inline script and no
 * inline style: React and the charts set styles through the CSSOM, which the policy does not touch.
 */
const directives = {
  'default-src': "'none'",
  'script-src': "'self'",
  // A report that is looked at in the page has its style with it, and is held to the page's policy besides its own.
  'style-src': `'self' ${reportStyleSource}`,
  'img-src': "'self' data:",
  'font-src': "'self'",
  'connect-src': "'self'",
  'base-uri': "'none'",
  'form-action': "'none'",
  'frame-ancestors': "'none'",
} as const;

export const contentSecurityPolicy = Object.entries(directives)
  .map(([directive, sources]) => `${directive} ${sources}`)
  .join('; ');

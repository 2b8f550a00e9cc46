/** Where the page lives in Electron. Its own scheme: `file:` pages have no origin that a policy could name. */
export const scheme = 'app';
export const pageHost = 'plimsoll';
export const pageOrigin = `${scheme}://${pageHost}`;
export const pageAddress = `${pageOrigin}/`;

/** True for the page and whatever it links to of its own. `URL.origin` is no help: it is `null` for schemes of one's own. */
export function isOwnAddress(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${scheme}:` && url.host === pageHost;
}

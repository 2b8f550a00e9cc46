/** Adapters that compute nothing, by their names. */

/** They draw on the processor, or pass a host's card on for drawing alone. */
const software =
  /llvmpipe|swiftshader|softpipe|lavapipe|(?:basic|remote) (?:render|display)|virtual|vmware|hyper-v|parallels|qxl/i;

/** They bring a picture somewhere: to a screen on USB, a tablet, another computer, or nowhere. There is no adapter behind them at all. */
const displaysOnly = [
  /display ?link|spacedesk|duet display|luna display|splashtop|teamviewer|anydesk|rustdesk|dameware|parsec|sunshine|moonlight/i,
  /citrix|horizon|nomachine|realvnc|tightvnc|ultravnc|mirror(?:ing)? (?:driver|display)|dfmirage/i,
  /indirect display|\bidd(?:\b|cx|sample|driver)|\w+idd(?:cx|driver|\b)|usb ?(?:mobile)?mm ?idd|mttvdd|\bvdd\b/i,
  /usb ?(?:\d(?:\.\d)? ?)?(?:display|monitor|graphics|vga|to (?:hdmi|vga|dvi))|virtual (?:display|monitor|desktop)/i,
];

export function isVirtualDisplay(name: string): boolean {
  return displaysOnly.some((pattern) => pattern.test(name));
}

export function isSoftwareAdapter(name: string): boolean {
  return software.test(name);
}

/** Texts of the screens without a connection. */

export const connectionTexts = {
  connecting: 'Connecting …',
  signedOut: {
    title: 'This page is not signed in',
    text: 'The program was restarted, or this address was opened without its token.',
    hint: 'Open the address that npm start or plimsoll serve printed, with everything behind the #.',
  },
  unreachable: {
    title: 'The program does not answer',
    text: 'It was ended, or the connection to its machine is cut. What was measured is stored.',
    hint: 'Start it again with npm start, then open the address that it prints.',
  },
  otherVersion: {
    title: 'The page and the program are of different versions',
    text: (version: string) =>
      `The program is Plimsoll ${version}; this page was loaded from another version.`,
    hint: 'Reload the page.',
  },
  failed: {
    title: 'Plimsoll could not be reached',
    hint: 'Reload the page; if it stays so, start the program again.',
  },
  retry: 'Try again',
  reload: 'Reload',
} as const;

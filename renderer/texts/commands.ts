/** Texts of the commands and their keys. */

export const commandTexts = {
  palette: 'Commands',
  paletteKeys: 'Ctrl K',
  placeholder: 'Where to, or what to do?',
  nothing: (query: string) => `No command is called ${query}.`,
  keyList: 'Keys',
  goTo: (page: string) => `Go to ${page}`,
  otherTheme: 'Change between light and dark',
} as const;

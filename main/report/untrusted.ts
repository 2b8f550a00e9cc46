/**
 * Names in a report come from elsewhere: from the firmware of a machine, from a driver, from a file that someone sent. Each
 * format has a way of its own to be broken by them, and one place here where that is prevented.
 */

/** Control characters, and those that turn the direction of writing: they could hide or reorder what is read. */
const invisible = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** Line breaks and tabs become blanks; what cannot be seen becomes a sign that can. */
function visible(text: string): string {
  return text.replace(/[\t\r\n]+/g, ' ').replace(invisible, '\ufffd');
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For the content of an element and for a quoted attribute, in HTML and in SVG. */
export function escapeHtml(text: string): string {
  return visible(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** For a line of a paragraph, an item or a cell of a table. */
export function escapeMarkdown(text: string): string {
  return (
    visible(text)
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/[\\`*[\]|~]/g, '\\$&')
      // Inside a word it emphasizes nothing, and model names are full of it.
      .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '\\_')
      .replace(/^(\s*)([#>+\-=])/, '$1\\$2')
      .replace(/^(\s*\d+)([.)])(?=\s|$)/, '$1\\$2')
  );
}

/**
 * For one cell, always in quotes (RFC 4180). A spreadsheet would execute a text that begins like a formula, so an
 * apostrophe is set before it; and so at the start of what a spreadsheet with another separator would take for a cell.
 */
export function csvText(text: string): string {
  const harmless = text
    .replace(/^(\s*)(?=[=+\-@\uff0b\uff0d\uff1d\uff20|])/, "'$1")
    .replace(/([;\t\r\n]["'\s]*)(?=[=+\-@\uff0b\uff0d\uff1d\uff20|])/g, "$1'")
    .replaceAll('\0', '');
  return `"${harmless.replaceAll('"', '""')}"`;
}

/** Whether a name can be typed into a shell as it stands, and is no option. */
export function isPlainWord(text: string): boolean {
  return /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/.test(text);
}

/**
 * Text of a file that a person gives. Shells and editors of Windows write UTF-16 (`>` of PowerShell 5) and byte order marks; JSON
 * allows neither.
 */

/** As the byte order mark says; without one as the zeros of its first characters tell, else UTF-8. Without the mark. */
export function decodeText(bytes: Uint8Array): string {
  // The decoder takes the mark of its own encoding away.
  return new TextDecoder(encodingOf(bytes)).decode(bytes);
}

/** Text that was decoded elsewhere, where the mark may be left. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

function encodingOf([first, second, third, fourth]: Uint8Array): 'utf-8' | 'utf-16le' | 'utf-16be' {
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  if (first === 0xfe && second === 0xff) return 'utf-16be';
  // JSON begins with two characters of ASCII (RFC 4627, section 3): of UTF-16, every other byte is zero.
  if (second === 0 && fourth === 0 && first !== 0 && third !== 0) return 'utf-16le';
  if (first === 0 && third === 0 && second !== 0 && fourth !== 0) return 'utf-16be';
  return 'utf-8';
}

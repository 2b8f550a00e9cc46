/** What makers leave in fields that they should have filled, in small letters and without a full stop at the end. */
const fillers = new Set([
  ...['-', 'n/a', 'na', 'nil', 'none', 'null', 'empty', 'blank', 'default', 'standard', 'sample', 'test'],
  ...[
    'unknown',
    'undefined',
    'unspecified',
    'unavailable',
    'invalid',
    'reserved',
    'oem',
    'o.e.m',
    'all series',
  ],
]);

const fillerPatterns = [
  /^(?:not|no) (?:available|applicable|specified|provided|set|defined|present|assigned|filled|asset tag|information)\b/,
  /^(?:to be|please|will be)? ?(?:filled|defined|set|filled in) by\b/,
  /^to be (?:filled|defined|set|determined)/,
  // The name of the field in place of its value, as `Base Board Product Name` and `Type1ProductConfigId`.
  /^(?:(?:system|base ?board|board|chassis|oem|product|default|type ?\d)[ _-]*)*(?:product|name|manufacturer|vendor|version|string|serial|sku|family|number|config ?id|model)(?: ?number)?\d*$/,
  // Marks and repeated letters name nothing, nor does what no encoding could read.
  /^(?:[\s.,_*#?/\\-]+|x{2,}|0{3,}|x\.x\.?x?|\p{Cc}+)$|\ufffd/u,
];

/** The text, or null where it says nothing. */
export function known(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  const plain = trimmed.toLowerCase().replaceAll(/\s+/g, ' ').replace(/\.+$/, '');
  return plain === '' || fillers.has(plain) || fillerPatterns.some((pattern) => pattern.test(plain))
    ? null
    : trimmed;
}

/** As `known` was in the first versions: identities that were given then can be told. */
const formerFillers =
  /^(?:-|unknown|none|n\/a|not specified|not applicable|default string|to be filled by o\.e\.m\.|system (?:manufacturer|product name|version|serial number|sku))$/i;

export function formerlyKnown(text: string | null): string | null {
  return text === null || formerFillers.test(text.trim()) ? null : text;
}

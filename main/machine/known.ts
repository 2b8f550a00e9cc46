/** What makers leave in fields that they should have filled. */
const fillers =
  /^(?:-|unknown|none|n\/a|not specified|not applicable|default string|to be filled by o\.e\.m\.|system (?:manufacturer|product name|version|serial number|sku))$/i;

/** The text, or null where it says nothing. */
export function known(text: string | null | undefined): string | null {
  const trimmed = text?.trim() ?? '';
  return trimmed === '' || fillers.test(trimmed) ? null : trimmed;
}

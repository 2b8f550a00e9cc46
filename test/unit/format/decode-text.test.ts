import { describe, expect, it } from 'vitest';
import { decodeText, withoutByteOrderMark } from '../../../core/format/decode-text.ts';
import { encoded } from '../../fixtures/encoded.ts';

const text = '{"name":"Ångström 机器 🚢"}';

describe('text that a person gives', () => {
  it.each(['utf8', 'utf16le', 'utf16be'] as const)(
    'is read from %s, with a byte order mark and without',
    (encoding) => {
      expect(decodeText(encoded(`\ufeff${text}`, encoding))).toBe(text);
      expect(decodeText(encoded(text, encoding))).toBe(text);
    },
  );

  it.each(['', '{', '{}', '0'])('is read where it is as short as %j', (short) => {
    for (const encoding of ['utf8', 'utf16le', 'utf16be'] as const) {
      expect(decodeText(encoded(`\ufeff${short}`, encoding))).toBe(short);
    }
    expect(decodeText(encoded(short, 'utf8'))).toBe(short);
  });

  it('keeps marks that are not at its beginning', () => {
    expect(withoutByteOrderMark('\ufeff{"a":"\ufeff"}')).toBe('{"a":"\ufeff"}');
  });
});

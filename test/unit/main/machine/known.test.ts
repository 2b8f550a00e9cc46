import { describe, expect, it } from 'vitest';
import { known } from '../../../../main/machine/known.ts';

describe('a field of the firmware', () => {
  it.each([
    '',
    '  ',
    '-',
    'Unknown',
    'None',
    'N/A',
    'Not Specified',
    'Not Applicable',
    'Default string',
    'To be filled by O.E.M.',
    'System manufacturer',
    'System Product Name',
    'System Version',
    'To be filled by O.E.M',
    'INVALID',
    'Undefined',
    'Type1ProductConfigId',
    'Type2 - Board Product Name1',
    'OEM',
    'O.E.M.',
    'All Series',
    'Not Available',
    'Product Name',
    'Base Board Product Name',
    'Chassis Manufacturer',
    'System Serial Number',
    'XXXXXXXX',
    '........',
    '\ufffd\ufffd\ufffd\ufffd',
    'ab\ufffd',
    null,
    undefined,
  ])('says nothing with %j', (text) => {
    expect(known(text)).toBeNull();
  });

  it.each(['LENOVO', 'System76', 'System x3650 M5', 'Unknown Worlds', '0'])(
    'says something with %j',
    (text) => {
      expect(known(text)).toBe(text);
    },
  );

  it('is trimmed', () => {
    expect(known(' Google \n')).toBe('Google');
  });
});

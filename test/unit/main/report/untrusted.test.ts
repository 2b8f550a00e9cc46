import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvText, escapeHtml, escapeMarkdown, isPlainWord } from '../../../../main/report/untrusted.ts';

describe('HTML', () => {
  it('lets no character through that could end a text or an attribute', () => {
    expect(escapeHtml(`<img src=x onerror="alert('1')">&`)).toBe(
      '&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;',
    );
    fc.assert(fc.property(fc.string(), (text) => !/[<>"']/.test(escapeHtml(text))));
  });

  it('shows what would hide or reorder the text', () => {
    expect(escapeHtml('a\u202eb\u0000c\u2066d')).toBe('a\ufffdb\ufffdc\ufffdd');
    expect(escapeHtml('two\r\nlines')).toBe('two lines');
  });
});

describe('Markdown', () => {
  it.each([
    ['a | b', 'a \\| b'],
    ['x\n\n# heading', 'x # heading'],
    ['# heading', '\\# heading'],
    ['1. item', '1\\. item'],
    ['<script>', '&lt;script>'],
    ['[text](javascript:1)', '\\[text\\](javascript:1)'],
    ['`code` *bold* _it_', '\\`code\\` \\*bold\\* \\_it\\_'],
    ['back\\|slash', 'back\\\\\\|slash'],
  ])('writes %j as %j', (text, written) => {
    expect(escapeMarkdown(text)).toBe(written);
  });

  it('leaves the names of models and numbers legible', () => {
    expect(escapeMarkdown('35.0')).toBe('35.0');
    expect(escapeMarkdown('mobilenetv2_100')).toBe('mobilenetv2_100');
  });

  it('never leaves a bare separator of cells', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const bare = escapeMarkdown(text).replace(/\\./g, '');
        return !bare.includes('|') && !bare.includes('\n') && !bare.includes('<');
      }),
    );
  });
});

/** What a reader of RFC 4180 makes of one cell in quotes. */
function readCell(cell: string): string {
  expect(cell).toMatch(/^"(?:[^"]|"")*"$/);
  return cell.slice(1, -1).replaceAll('""', '"');
}

describe('CSV', () => {
  it('quotes so that every reader gets the text back', () => {
    expect(csvText('a "b", c\nd')).toBe('"a ""b"", c\nd"');
    expect(readCell(csvText('a "b", c\nd'))).toBe('a "b", c\nd');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '  =1', '\t=1', '\r=1', '＝1', '|calc'])(
    'gives a spreadsheet no formula to execute: %j',
    (text) => {
      expect(readCell(csvText(text)).trimStart()).toMatch(/^'/);
    },
  );

  it('gives none either to a spreadsheet that parts cells at semicolons or tabs', () => {
    expect(csvText('a;=1')).toBe(`"a;'=1"`);
    expect(csvText('a\t"@x')).toContain(`'@x`);
  });

  it('changes no harmless text', () => {
    expect(readCell(csvText('AMD EPYC 9654 (96-core)'))).toBe('AMD EPYC 9654 (96-core)');
  });

  it('never begins like a formula, whatever the text', () => {
    fc.assert(fc.property(fc.string(), (text) => !/^\s*[=+\-@]/.test(readCell(csvText(text)))));
  });
});

describe('a shell', () => {
  it.each(['resnet50', 'convnext_tiny.v2', '8'])('may be given %j', (word) => {
    expect(isPlainWord(word)).toBe(true);
  });
  it.each(['', '-rf', '; rm -rf ~', '$(id)', 'a b', 'a\nb', '`id`', 'a,b'])('is not given %j', (word) => {
    expect(isPlainWord(word)).toBe(false);
  });
});

/** What a reader cannot read, as the browser has laid it out. */
import type { Page } from '@playwright/test';

/** As text, for it runs in the browser, whose names the tests do not know. */
const look = `(() => {
  const faults = [];
  const tolerance = 1;
  if (document.documentElement.scrollWidth > innerWidth) faults.push('the page scrolls sideways');
  for (const table of document.querySelectorAll('main table')) {
    let box = table.parentElement;
    while (box !== null && getComputedStyle(box).overflowX === 'visible') box = box.parentElement;
    const name = table.getAttribute('aria-label') ?? 'a table';
    if (box !== null && box.scrollWidth > box.clientWidth + tolerance)
      faults.push(name + ' is cut: ' + box.scrollWidth + ' in ' + box.clientWidth);
  }
  for (const svg of document.querySelectorAll('main svg')) {
    const whole = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')]
      .map((text) => ({ words: text.textContent ?? '', box: text.getBoundingClientRect() }))
      .filter(({ words, box }) => words.trim() !== '' && box.width > 0);
    for (const [index, { words, box }] of texts.entries()) {
      if (
        box.left < whole.left - tolerance ||
        box.right > whole.right + tolerance ||
        box.top < whole.top - tolerance ||
        box.bottom > whole.bottom + tolerance
      )
        faults.push(words + ' leaves its drawing');
      for (const other of texts.slice(index + 1)) {
        const wide = Math.min(box.right, other.box.right) - Math.max(box.left, other.box.left);
        const high = Math.min(box.bottom, other.box.bottom) - Math.max(box.top, other.box.top);
        // Lines of text have room above and below their letters.
        if (wide > tolerance && high > 3) faults.push(words + ' covers ' + other.words);
      }
    }
  }
  return faults;
})()`;

/** Tables that are wider than their box, texts of drawings that cover each other or are cut, and a page that scrolls sideways. */
export function faultsOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(look);
}

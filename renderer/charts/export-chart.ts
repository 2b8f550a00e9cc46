/** A chart as a file of its own: what the page's style sheet gives its marks is written into them. */

/** As presentation attributes, for the policy of whatever page shows the file may forbid inline styles. */
const inlined = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-opacity',
  'stroke-width',
  'stroke-dasharray',
  'opacity',
  'font-size',
  'font-weight',
  'text-anchor',
  'dominant-baseline',
  'visibility',
  'paint-order',
] as const;

/** Smaller ones are marks in a legend. */
const leastWidth = 120;
const margin = 16;
const titleHeight = 35;
const lineHeight = 17;
/** Of the sentence's letters, on average. */
const characterWidth = 6.4;

export interface ChartImage {
  readonly svg: string;
  readonly width: number;
  readonly height: number;
}

/** All drawings in the frame, where they stand in it, below the title and the sentence. Undefined where nothing is drawn. */
export function chartImage(frame: HTMLElement, title: string, sentence: string): ChartImage | undefined {
  const drawings = [...frame.querySelectorAll('svg')].filter(
    (svg) => svg.getBoundingClientRect().width >= leastWidth && svg.parentElement?.closest('svg') === null,
  );
  if (drawings.length === 0) return undefined;
  const boxes = drawings.map((svg) => svg.getBoundingClientRect());
  const left = Math.min(...boxes.map((box) => box.left));
  const top = Math.min(...boxes.map((box) => box.top));
  const width = Math.ceil(Math.max(...boxes.map((box) => box.right)) - left) + 2 * margin;
  const lines = wrap(sentence, (width - 2 * margin) / characterWidth);
  const headHeight = titleHeight + lineHeight * lines.length;
  const height = Math.ceil(Math.max(...boxes.map((box) => box.bottom)) - top) + headHeight + margin;
  const style = getComputedStyle(document.body);
  const surface = getComputedStyle(frame.closest('.card') ?? document.body).backgroundColor;

  const image = element('svg', { viewBox: `0 0 ${width} ${height}`, width, height });
  image.setAttribute('font-family', style.fontFamily);
  image.append(element('rect', { width, height, fill: surface }));
  image.append(text(title, { x: margin, y: 22, 'font-size': 16, 'font-weight': 600, fill: style.color }));
  for (const [index, line] of lines.entries()) {
    const y = titleHeight + 6 + lineHeight * index;
    image.append(text(line, { x: margin, y, 'font-size': 12, fill: style.color }));
  }
  for (const [index, drawing] of drawings.entries()) {
    const box = boxes[index];
    if (box === undefined) continue;
    const copy = drawing.cloneNode(true) as SVGSVGElement;
    inlineStyles(drawing, copy);
    copy.setAttribute('x', String(box.left - left + margin));
    copy.setAttribute('y', String(box.top - top + headHeight));
    copy.setAttribute('width', String(box.width));
    copy.setAttribute('height', String(box.height));
    image.append(copy);
  }
  return { svg: new XMLSerializer().serializeToString(image), width, height };
}

/** Twice as many pixels as on the screen, for print and dense displays. */
export async function pngOf({ svg, width, height }: ChartImage): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement('canvas');
  canvas.width = 2 * width;
  canvas.height = 2 * height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser cannot draw on a canvas.');
  context.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob === null ? reject(new Error('The picture is too large.')) : resolve(blob)));
  });
}

function inlineStyles(source: Element, copy: Element): void {
  const style = getComputedStyle(source);
  for (const name of inlined) {
    const value = style.getPropertyValue(name);
    if (value !== '') copy.setAttribute(name, value);
  }
  copy.removeAttribute('style');
  copy.removeAttribute('class');
  for (const [index, child] of [...source.children].entries()) {
    const copied = copy.children[index];
    if (copied !== undefined) inlineStyles(child, copied);
  }
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const created = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) created.setAttribute(key, String(value));
  return created;
}

function text(content: string, attributes: Record<string, string | number>): SVGElement {
  const created = element('text', attributes);
  created.textContent = content;
  return created;
}

/** Lines of at most so many characters; a word that is longer has one of its own. */
function wrap(sentence: string, characters: number): string[] {
  const lines: string[] = [];
  for (const word of sentence.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= characters) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

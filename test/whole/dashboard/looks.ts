/** Scripts that run in the page and find what is wrong with how it looks and reads. */

/** Runs in the page: elements that act and have no name, and elements with a style attribute in the HTML. */
export const NAMELESS = `[...document.querySelectorAll('button, a, input, select, textarea, svg, [style]')]
  .filter((element) => element.checkVisibility() && (element.hasAttribute('style') || !(
    element.getAttribute('aria-label') || element.textContent.trim() || element.labels?.length
  ))).map((element) => element.outerHTML.slice(0, 120))`;

/** Runs in the page: what is wider than the cell, the fact or the frame that it stands in. */
export const OVERFLOWING = `[...document.querySelectorAll('th > div, td > div, dd, .tile, .table-frame')]
  .filter((element) => element.checkVisibility() && element.scrollWidth > element.clientWidth + 1)
  .map((element) => element.textContent.slice(0, 60))`;

/** Runs in the page: texts with less contrast to the ground behind them than 4.5, or 3 where large. */
export const POOR_CONTRAST = `(() => {
  const probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
  const parse = (text) => {
    probe.clearRect(0, 0, 1, 1);
    probe.fillStyle = text;
    probe.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = probe.getImageData(0, 0, 1, 1).data;
    return { r, g, b, a };
  };
  const luminance = ({ r, g, b }) => {
    const linear = (v) => v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4;
    const [x, y, z] = [r, g, b].map(linear);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const ground = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.a === 255) return colour;
    }
    return parse('white');
  };
  const poor = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const words = walker.currentNode.data.trim();
    if (words === '' || !element.checkVisibility() || element.closest('.aside, :disabled')) continue;
    const style = getComputedStyle(element);
    const inDrawing = element.closest('svg') !== null;
    const colours = [parse(inDrawing ? style.fill : style.color), ground(element)];
    const [one, two] = colours.map(luminance).sort((a, b) => b - a);
    const large = parseFloat(style.fontSize) >= 18.66 && Number(style.fontWeight) >= 700;
    const ratio = (one + 0.05) / (two + 0.05);
    if (ratio < (large ? 3 : 4.5)) poor.push(words.slice(0, 30) + ' ' + ratio.toFixed(2));
  }
  return poor;
})()`;

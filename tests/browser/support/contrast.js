// Text whose contrast is below WCAG's AA: https://www.w3.org/TR/WCAG22/#contrast-minimum

export function contrasts(page) {
  return page.evaluate(() => {
    const channels = (colour) => {
      // Any colour of CSS as the canvas paints it.
      const context = new OffscreenCanvas(1, 1).getContext("2d");
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
      return { rgb: [red, green, blue], alpha: alpha / 255 };
    };
    const known = new Map();
    const parsed = (colour) => known.get(colour) ?? known.set(colour, channels(colour)).get(colour);
    const over = (top, below) => top.rgb.map((channel, index) => channel * top.alpha + below[index] * (1 - top.alpha));
    const background = (element) => {
      if (!element) return [255, 255, 255];
      const own = parsed(getComputedStyle(element).backgroundColor);
      return own.alpha === 1 ? own.rgb : over(own, background(element.parentElement));
    };
    const luminance = (rgb) => {
      const [red, green, blue] = rgb.map((channel) => channel / 255).map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const faults = new Set();
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const element = node.parentElement;
      if (!node.data.trim() || !element.checkVisibility({ visibilityProperty: true }) || element.closest("option, script, style")) continue;
      const style = getComputedStyle(element);
      const below = background(element);
      const [a, b] = [luminance(over(parsed(style.color), below)), luminance(below)].sort((one, other) => other - one);
      const ratio = (a + 0.05) / (b + 0.05);
      const size = parseFloat(style.fontSize);
      const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
      if (ratio < (isLarge ? 3 : 4.5)) faults.add(`${ratio.toFixed(2)} ${element.tagName}.${element.className} "${node.data.trim().slice(0, 30)}" ${style.color}`);
    }
    return [...faults];
  });
}

// Makes elements. Data goes in as text and attributes only, never as markup.

/** An element. A function among the attributes listens to the event `on<name>`; null and false are left out. */
export function el(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === 'function') node.addEventListener(key.slice(2), value);
    else if (value === true) node.setAttribute(key, '');
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** Sets custom properties for the style sheet. The content security policy allows no `style` attribute, but the CSSOM. */
export function placed(node, properties) {
  for (const [name, value] of Object.entries(properties)) node.style.setProperty(`--${name}`, value);
  return node;
}

export const byId = (id) => document.getElementById(id);

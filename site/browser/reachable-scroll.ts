/** What is wider than a phone and scrolls in itself. */
const scrollers = ".table-scroll, pre, .plot-figure, mjx-container.is-block";

/**
 * Lets the keyboard reach what scrolls sideways, as long as it does, and nothing else; also what comes later, such as what
 * a cell puts out.
 *
 * @param page - where to look
 * @returns stops looking
 */
export function makeScrollReachable(page: Document): () => void {
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
      else target.removeAttribute("tabindex");
    }
  });
  // What is observed anew is looked at when the page is laid out: what it holds may have grown, and it not.
  const look = (element: Element) => {
    sizes.unobserve(element);
    sizes.observe(element);
  };
  const changes = new MutationObserver((records) => {
    for (const { target, addedNodes, removedNodes } of records) {
      for (const element of scrollersIn(removedNodes)) sizes.unobserve(element);
      const around = (target instanceof Element ? target : target.parentElement)?.closest(scrollers);
      for (const element of [...(around?.isConnected ? [around] : []), ...scrollersIn(addedNodes)]) look(element);
    }
  });
  for (const element of page.querySelectorAll(scrollers)) look(element);
  changes.observe(page.body, { childList: true, characterData: true, subtree: true });
  return () => {
    sizes.disconnect();
    changes.disconnect();
  };
}

/** Those among some nodes, and within them. */
function scrollersIn(nodes: NodeList): Element[] {
  return [...nodes].flatMap((node) =>
    node instanceof Element ? [...(node.matches(scrollers) ? [node] : []), ...node.querySelectorAll(scrollers)] : [],
  );
}

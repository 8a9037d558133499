/** What is wider than a phone and scrolls in itself. */
const scrollers = ".table-scroll, pre, .plot-figure, mjx-container.is-block";

/**
 * Lets the keyboard reach what scrolls sideways, as long as it does, and nothing else.
 *
 * @param page - where to look
 * @returns stops looking
 */
export function makeScrollReachable(page: ParentNode): () => void {
  const sizes = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      if (target.scrollWidth > target.clientWidth) target.setAttribute("tabindex", "0");
      else target.removeAttribute("tabindex");
    }
  });
  for (const element of page.querySelectorAll(scrollers)) sizes.observe(element);
  return () => sizes.disconnect();
}

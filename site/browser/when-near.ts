/** How far below or above what is seen a figure is made ready, so that it is there when it is scrolled to. */
const margin = "600px 0px";

/**
 * Does something once, when an element comes near to what is seen of the page.
 *
 * @returns stops waiting
 */
export function whenNear(element: Element, act: () => void): () => void {
  const observer = new IntersectionObserver(
    (entries) => {
      if (!entries.some(({ isIntersecting }) => isIntersecting)) return;
      observer.disconnect();
      act();
    },
    { rootMargin: margin },
  );
  observer.observe(element);
  return () => observer.disconnect();
}

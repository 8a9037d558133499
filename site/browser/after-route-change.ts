/** What VitePress calls when a page has been gone to, also where its path stays: `?slides` is another address, no other path. */
export interface Routes {
  onAfterRouteChange?: ((to: string) => unknown) | undefined;
}

/**
 * Acts after every change of route, Back and Forward included, besides what is there already.
 *
 * @returns takes it away again
 */
export function afterRouteChange(router: Routes, act: () => unknown): () => void {
  const before = router.onAfterRouteChange;
  let isOn = true;
  router.onAfterRouteChange = async (to) => {
    await before?.(to);
    if (isOn) await act();
  };
  // Somebody else may have wrapped this one since, so it stays where it is.
  return () => {
    isOn = false;
  };
}

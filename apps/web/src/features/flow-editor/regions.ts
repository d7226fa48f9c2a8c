/** F6: the parts of the page, one after another; after the last one the browser gets the key. */
const order = ["header", "palette", "canvas", "inspector", "dock"];

const focusable =
  '[tabindex="0"], button:not(:disabled), a[href], input:not(:disabled), textarea:not(:disabled)';

export const nextRegion = (root: HTMLElement, by: 1 | -1): boolean => {
  const regions = order.flatMap(
    (name) => root.querySelector<HTMLElement>(`[data-region=${name}]`) ?? [],
  );
  const at = regions.findIndex((region) => region.contains(document.activeElement));
  const next = regions[at + by];
  const target = next?.querySelector<HTMLElement>(focusable);
  if (target == null) return false;
  target.focus();
  return true;
};

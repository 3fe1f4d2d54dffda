/** How long a part of a page must be in view before somebody is taken to look at it. */
const lookingMs = 3000;
const touches = ['pointerenter', 'focusin', 'touchstart'] as const;

/**
 * Resolves when somebody wants a part of a page: points at it, comes to it by the keyboard, or has had it in view for three
 * seconds since the page was loaded. What computes starts then, and a page that is only read answers at once.
 */
export function whenWanted(element: HTMLElement): Promise<void> {
  return new Promise((resolve) => {
    let patience: ReturnType<typeof setTimeout> | undefined;
    const done = (): void => {
      clearTimeout(patience);
      watch.disconnect();
      for (const touch of touches) element.removeEventListener(touch, done);
      resolve();
    };
    const watch = new IntersectionObserver((entries) => {
      clearTimeout(patience);
      if (entries.at(-1)?.isIntersecting) patience = setTimeout(done, lookingMs);
    });
    for (const touch of touches) element.addEventListener(touch, done, { passive: true });
    if (document.readyState === 'complete') watch.observe(element);
    else window.addEventListener('load', () => watch.observe(element), { once: true });
  });
}

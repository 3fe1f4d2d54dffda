/** How long a part of a page must be in view before somebody is taken to look at it. */
const lookingMs = 5000;
const touches = ['pointerenter', 'focusin', 'touchstart'] as const;

/**
 * Resolves when somebody wants a part of a page: `touched` where they point at it or come to it by the keyboard, `seen`
 * where they have had it in view for five seconds since the page was loaded. What computes starts then, and a page that is
 * only read answers at once.
 */
export function whenWanted(element: HTMLElement): Promise<'touched' | 'seen'> {
  return new Promise((resolve) => {
    let patience: ReturnType<typeof setTimeout> | undefined;
    const end = (how: 'touched' | 'seen'): void => {
      clearTimeout(patience);
      watch.disconnect();
      for (const touch of touches) element.removeEventListener(touch, touched);
      resolve(how);
    };
    const touched = (): void => end('touched');
    const watch = new IntersectionObserver((entries) => {
      clearTimeout(patience);
      if (entries.at(-1)?.isIntersecting) patience = setTimeout(() => end('seen'), lookingMs);
    });
    for (const touch of touches) element.addEventListener(touch, touched, { passive: true });
    if (document.readyState === 'complete') watch.observe(element);
    else window.addEventListener('load', () => watch.observe(element), { once: true });
  });
}

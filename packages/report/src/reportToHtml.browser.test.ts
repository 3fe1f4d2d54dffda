import axe from 'axe-core';
import { expect, test } from 'vitest';
import { exampleLayer, exampleReport } from './exampleReport.testdata';
import { reportToHtml } from './reportToHtml';
import { reportToSvg } from './reportToSvg';

const evil = `"><script>document.title='owned'</script><img src=x onerror="document.title='owned'">'&amp;]]>\u0000\ud800`;
const report = exampleReport(
  [
    exampleLayer(evil, 40, [1, 2, 9], { path: [evil], activation: evil, nearlyDeadChannels: [4] }),
    exampleLayer('fine', 600, []),
  ],
  {
    summary: { channels: 640, deadChannels: 3, deadFraction: 3 / 640, nonFiniteLayers: [evil], advice: [evil] },
    curve: [1, 4, 16, 64, 100].map((samples) => ({ samples, deadChannels: 40 - Math.round(Math.log2(samples) * 5) })),
  },
);

test('the picture is well-formed XML, named, and holds no script and no address', () => {
  const svg = reportToSvg(report);
  const parsed = new DOMParser().parseFromString(svg, 'image/svg+xml');
  expect(parsed.querySelector('parsererror')).toBeNull();
  expect(parsed.documentElement.getAttribute('aria-label')).toContain('3 of 640 channels dead');
  expect(parsed.querySelectorAll('script, image, [href], [onerror]')).toHaveLength(0);
  expect(parsed.querySelectorAll('.dead title')).toHaveLength(0);
  expect([...parsed.querySelectorAll('g > title')].map((t) => t.textContent)).toContain(
    'channel 9: dead; fires on 0 %, at 95 % on at most 2.95 %; max z −0.031',
  );
});

test('the page renders names as text, asks the network for nothing, and can be walked by keyboard and ear', async () => {
  const frame = document.createElement('iframe');
  frame.srcdoc = reportToHtml(report, { title: evil });
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  await loaded;
  const page = frame.contentDocument!;
  expect(page.title).not.toBe('owned');
  expect(page.title).toContain("<script>document.title='owned'</script>");
  expect(page.querySelectorAll('script, img, link, [src], [onerror]')).toHaveLength(0);
  expect(frame.contentWindow!.performance.getEntriesByType('resource')).toHaveLength(0);
  expect(page.documentElement.lang).toBe('en');
  expect([...page.querySelectorAll('h1, h2')].map((h) => h.tagName).filter((t) => t === 'H1')).toHaveLength(1);
  for (const svg of page.querySelectorAll('svg'))
    expect(svg.getAttribute('aria-hidden') === 'true' || (svg.getAttribute('aria-label') ?? '').length > 0).toBe(true);
  for (const table of page.querySelectorAll('table')) {
    expect(table.caption?.textContent).toBeTruthy();
    expect(table.querySelectorAll('thead th[scope=col]').length).toBe(table.rows[1]!.cells.length);
    expect(table.querySelectorAll('tbody th[scope=row]').length).toBe(table.tBodies[0]!.rows.length);
  }
  for (const link of page.querySelectorAll('a')) {
    const target = page.querySelector(link.getAttribute('href')!);
    expect(target, link.outerHTML).not.toBeNull();
  }
  const ids = [...page.querySelectorAll('[id]')].map((element) => element.id);
  expect(new Set(ids).size).toBe(ids.length);
  const region = page.querySelector<HTMLElement>('.scroll')!;
  region.focus();
  expect(page.activeElement).toBe(region);
  frame.remove();
});

test.each([360, 1000])('figures are at least 10 pixels high, %d pixels wide', async (width) => {
  const frame = document.createElement('iframe');
  frame.width = `${width}`;
  frame.srcdoc = reportToHtml(report);
  const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
  document.body.append(frame);
  await loaded;
  const page = frame.contentDocument!;
  const curves = [...page.querySelectorAll('svg')].filter((svg) => svg.querySelector('.line'));
  const shown = curves.filter((svg) => svg.getBoundingClientRect().width > 0);
  expect([curves.length, shown.length]).toEqual([2, 1]);
  for (const text of shown[0]!.querySelectorAll('text'))
    expect(text.getBoundingClientRect().height).toBeGreaterThanOrEqual(10);
  expect(page.documentElement.scrollWidth).toBeLessThanOrEqual(width);
  frame.remove();
});

/** A report with all that a page can show. */
function full() {
  const map = Array.from({ length: 12 * 40 }, (_, i) => (i % 7 === 0 ? 0 : 1));
  const conv = exampleLayer('conv', 40, [1, 2, 9], {
    nearlyDeadChannels: [4],
    nonFiniteChannels: [5],
    shape: [3, 4],
    rank: { effective: 12.5, stable: 2.25 },
    classes: { samples: [60, 40], fired: [new Array(40).fill(1), new Array(40).fill(0)] },
  });
  Object.assign(conv.statistics, { positions: 12, unitFired: map, unitNan: map.map(() => 0) });
  const inputs = [{ name: 'x', values: 400, nonFinite: 0, sum: 200, sumSquares: 150, min: 0, max: 1 }];
  return exampleReport([conv, exampleLayer('fine', 600, [])], { inputs });
}

test.each(['light', 'dark'])('axe finds nothing to complain of, %s', async (theme) => {
  // The page forbids scripts, so axe looks at it from outside: the same body and style in this document.
  const page = new DOMParser().parseFromString(reportToHtml(full()), 'text/html');
  const style = document.createElement('style');
  const css = page.querySelector('style')!.textContent!;
  style.textContent = theme === 'dark' ? css.replaceAll('@media (prefers-color-scheme:dark)', '@media all') : css;
  const body = document.createElement('div');
  body.className = 'rl';
  body.innerHTML = page.body.innerHTML;
  document.head.append(style);
  document.body.append(body);
  try {
    for (const details of body.querySelectorAll('details')) details.open = true;
    const { violations, passes } = await axe.run(body);
    expect(
      violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`),
    ).toEqual([]);
    expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['color-contrast', 'svg-img-alt']));
  } finally {
    body.remove();
    style.remove();
  }
});

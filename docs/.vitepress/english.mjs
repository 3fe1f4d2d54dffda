import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const docs = resolve(import.meta.dirname, '..');

/** A Markdown page's own title. */
function titleOf(file) {
  return /^# (.+)$/m.exec(readFileSync(resolve(docs, file), 'utf8'))?.[1]?.replaceAll('`', '') ?? file;
}

/** The pages of a folder that are made by commands: which there are is not known beforehand. */
function pagesOf(folder) {
  if (!existsSync(resolve(docs, folder))) return [];
  return readdirSync(resolve(docs, folder))
    .filter((file) => file.endsWith('.md') && file !== 'index.md')
    .map((file) => ({ text: titleOf(`${folder}/${file}`), link: `/${folder}/${file.replace(/\.md$/, '')}` }));
}

/** One line per package, its other entries below it. */
function apiPages() {
  const api = resolve(docs, 'api/@relumine');
  if (!existsSync(api)) return [];
  return readdirSync(api).map((name) => {
    const base = `/api/@relumine/${name}/`;
    const entries = readdirSync(resolve(api, name), { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const items = entries.map((entry) => ({ text: `${name}/${entry.name}`, link: `${base}${entry.name}/` }));
    return { text: name, link: base, ...(items.length > 0 ? { items } : {}) };
  });
}

const page = (text, link) => ({ text, link });

const learn = [
  { text: 'Start', items: [page('Get started', '/guide/get-started')] },
  {
    text: 'Concepts',
    items: [
      page('The dying ReLU', '/concepts/dying-relu'),
      page('How sure is sure?', '/concepts/how-sure'),
      page('Certificates', '/concepts/certificates'),
      page('Myths, measured', '/concepts/myths'),
    ],
  },
  {
    text: 'Guides',
    items: [
      page('Audit a network', '/guides/audit'),
      page('Audit a pretrained network', '/guides/audit-pretrained'),
      page('Train on WASM', '/guides/train-on-wasm'),
      page('… in Vite', '/guides/vite'),
      page('… in webpack', '/guides/webpack'),
      page('… in Next.js', '/guides/next'),
      page('Choose an activation', '/guides/choose-activation'),
      page('Select within a budget', '/guides/select'),
      page('Sweep over a grid', '/guides/sweep'),
      page('Over many machines', '/guides/queue'),
      page('Revive, or remove', '/guides/revive'),
      page('Before you quantise', '/guides/quantise'),
      page('Assertions in CI', '/guides/ci'),
      page('The demo', '/guides/demo'),
    ],
  },
  {
    text: 'Reference',
    items: [
      page('API', '/api/'),
      page('Command line', '/reference/cli'),
      page('Activations', '/reference/activations'),
      page('The report as JSON', '/reference/report'),
    ],
  },
  {
    text: 'Design',
    items: [
      page('The house', '/design/'),
      page('Own kernels on tfjs’s heap', '/design/own-kernels'),
      page('tfjs-layers as model layer', '/design/model-layer'),
      page('AssemblyScript', '/design/assemblyscript'),
      page('BullMQ', '/design/queue'),
    ],
  },
];

export const english = {
  nav: [
    { text: 'Get started', link: '/guide/get-started' },
    { text: 'Concepts', link: '/concepts/dying-relu' },
    { text: 'Guides', link: '/guides/audit' },
    { text: 'Reference', link: '/api/' },
    { text: 'Results', link: '/results/' },
  ],
  sidebar: {
    '/api/': [{ text: 'API', link: '/api/', items: apiPages() }],
    '/results/': [{ text: 'Results', link: '/results/', items: pagesOf('results') }],
    '/': learn,
  },
  footer: { message: 'MIT licence.' },
};

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

const learn = [
  {
    text: 'Start',
    items: [{ text: 'Get started', link: '/guide/get-started' }],
  },
  {
    text: 'Concepts',
    items: [
      { text: 'The dying ReLU', link: '/concepts/dying-relu' },
      { text: 'How sure is sure?', link: '/concepts/how-sure' },
    ],
  },
  { text: 'Design', items: [{ text: 'The house', link: '/design/' }] },
];

export const english = {
  nav: [
    { text: 'Get started', link: '/guide/get-started' },
    { text: 'Concepts', link: '/concepts/dying-relu' },
    { text: 'API', link: '/api/' },
    { text: 'Results', link: '/results/' },
    { text: 'Design', link: '/design/' },
  ],
  sidebar: {
    '/api/': [{ text: 'API', link: '/api/', items: apiPages() }],
    '/results/': [{ text: 'Results', link: '/results/', items: pagesOf('results') }],
    '/': learn,
  },
  footer: { message: 'MIT licence.' },
};

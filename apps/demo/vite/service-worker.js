// Keeps this version of the page for offline use, and adds the headers that a plain host can't send: those of
// cross-origin isolation, which threads of WASM need, and the content policies. Version, files and headers are filled in
// by the build.
const { version, files, core, pageHeaders, scriptHeaders, otherHeaders } = self.relumine;
const prefix = 'relumine-demo-';
const cacheName = prefix + version;
const addressOf = (file) => new URL(file, self.registration.scope).href;
const known = new Set(files.map(addressOf));
const home = addressOf('./');
/** Milliseconds between one file and the next. */
const restBetween = 150;

self.addEventListener('install', (event) => {
  const isUpdate = Boolean(self.registration.active);
  // The first visit must not wait for megabytes before it is isolated; the page asks for the rest later.
  event.waitUntil(keep(isUpdate ? files : core).then(() => isUpdate || self.skipWaiting()));
});

self.addEventListener('activate', (event) => {
  event.waitUntil(dropOthers().then(() => self.clients.claim()));
});

self.addEventListener('message', (event) => {
  if (event.data === 'take over') self.skipWaiting();
  if (event.data !== 'keep all') return;
  const { source } = event;
  event.waitUntil(
    keepInTurn(files).then(
      () => source?.postMessage('offline ready'),
      // Without network or room the page works on; it asks again on the next visit.
      () => undefined,
    ),
  );
});

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== self.location.origin) return;
  if (request.cache === 'only-if-cached' && request.mode !== 'same-origin') return;
  url.search = '';
  url.hash = '';
  const address = url.href === `${home}index.html` ? home : url.href;
  if (known.has(address) || address === home) event.respondWith(answer(address, request).then(withHeaders));
});

/** From what is kept, else from the network, which is kept then. */
async function answer(address, request) {
  const cache = await caches.open(cacheName);
  const kept = await cache.match(address);
  if (kept) return kept;
  const response = await fetch(request.mode === 'navigate' ? address : request);
  if (response.ok && response.type === 'basic') await cache.put(address, response.clone()).catch(() => undefined);
  return response;
}

const keep = (wanted) => Promise.all(wanted.map(keepOne));

/** All at once would take the machine from the page, which may train meanwhile. */
async function keepInTurn(wanted) {
  for (const file of wanted) if (await keepOne(file)) await new Promise((done) => setTimeout(done, restBetween));
}

/** Keeps a file; what another version has under the same hashed name is copied. Tells whether it had to. */
async function keepOne(file) {
  const cache = await caches.open(cacheName);
  const address = addressOf(file);
  if (await cache.match(address)) return false;
  const old = file.startsWith('assets/') ? await caches.match(address) : undefined;
  const response = old ?? (await fetch(address, { cache: file.startsWith('assets/') ? 'default' : 'reload' }));
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  await cache.put(address, response);
  return true;
}

async function dropOthers() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(prefix) && name !== cacheName).map((n) => caches.delete(n)));
}

function withHeaders(response) {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  const type = headers.get('Content-Type') ?? '';
  const own = type.includes('html') ? pageHeaders : type.includes('javascript') ? scriptHeaders : otherHeaders;
  for (const [name, value] of Object.entries(own)) headers.set(name, value);
  const body = [101, 204, 205, 304].includes(response.status) ? null : response.body;
  return new Response(body, { status: response.status, statusText: response.statusText, headers });
}

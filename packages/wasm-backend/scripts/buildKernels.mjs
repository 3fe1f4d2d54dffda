// Compiles assembly/ four times (single and shared memory, SIMD128 and relaxed SIMD) and writes the binaries as base64
// text into src/native/generated/binaries.js (those for a shared memory as the one byte in which they differ), so that they
// travel inside the bundle: nothing to fetch, nothing to serve.
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import asc from 'assemblyscript/asc';

const packageRoot = join(dirname(fileURLToPath(import.meta.url)), '..');
const output = join(packageRoot, 'src/native/generated/binaries.js');
const maximumBytes = 60_000;

const common = [
  'assembly/index.ts',
  '-O3',
  '--runtime',
  'stub',
  '--noAssert',
  '--importMemory',
  '--initialMemory',
  '1',
  '--maximumMemory',
  '65536',
  '--enable',
  'simd',
  '--enable',
  'bulk-memory',
  '--use',
  'abort=',
  '--noExportMemory',
];
const variants = {
  single: [],
  singleRelaxed: ['--enable', 'relaxed-simd'],
  threaded: ['--enable', 'threads', '--sharedMemory'],
  threadedRelaxed: ['--enable', 'relaxed-simd', '--enable', 'threads', '--sharedMemory'],
};

async function sourceDigest() {
  const hash = createHash('sha256');
  for (const folder of ['assembly', 'scripts']) {
    for (const name of (await readdir(join(packageRoot, folder))).sort()) {
      if (name.endsWith('.as') || name.endsWith('.mjs')) {
        hash.update(name).update(await readFile(join(packageRoot, folder, name)));
      }
    }
  }
  return hash.digest('hex');
}

/** A module with a data segment or a start function would write over the heap of its host when it is instantiated. */
function requirePositionSafe(name, binary) {
  for (let at = 8; at < binary.length; ) {
    const id = binary[at++];
    let [size, shift] = [0, 0];
    for (;;) {
      const byte = binary[at++];
      size |= (byte & 127) << shift;
      shift += 7;
      if (byte < 128) break;
    }
    if (id === 8 || id === 11) throw new Error(`The ${name} module has section ${id} (8: start, 11: data).`);
    at += size;
  }
}

async function compile(name, flags) {
  let binary;
  const { error, stderr } = await asc.main([...common, ...flags, '--outFile', 'out.wasm'], {
    // The compiler asks for .ts; the files are .as, for decorated functions are no TypeScript, and tools that read every
    // .ts file stumble over them.
    readFile: (file, base) =>
      readFile(join(base, file.replace(/^(assembly\/.*)\.ts$/, '$1.as')), 'utf8').catch(() => null),
    writeFile: (_, contents) => {
      binary = contents;
    },
    listFiles: () => [],
  });
  if (error) throw new Error(`${name}: ${error.message}\n${stderr.toString()}`);
  requirePositionSafe(name, binary);
  return Buffer.from(binary);
}

/** Where two modules differ that are one but for the kind of memory they import: the flags of its limits. */
function sharedFlag(single, threaded) {
  const differing =
    single.length === threaded.length ? [...single.keys()].filter((i) => single[i] !== threaded[i]) : [];
  const [at] = differing;
  if (differing.length !== 1 || single[at] !== 1 || threaded[at] !== 3)
    throw new Error('The module for a shared memory is another one than that for a memory of its own.');
  return at;
}

const digest = await sourceDigest();
const current = await readFile(output, 'utf8').catch(() => '');
if (!current.startsWith(`// ${digest}\n`)) {
  process.chdir(packageRoot);
  const binaries = {};
  for (const [name, flags] of Object.entries(variants)) binaries[name] = await compile(name, flags);
  const shipped = { single: binaries.single, singleRelaxed: binaries.singleRelaxed };
  const sharedAt = {
    single: sharedFlag(binaries.single, binaries.threaded),
    singleRelaxed: sharedFlag(binaries.singleRelaxed, binaries.threadedRelaxed),
  };
  const gzipped = Object.values(shipped).reduce((sum, binary) => sum + gzipSync(binary).length, 0);
  if (gzipped > maximumBytes) throw new Error(`The modules take ${gzipped} bytes gzipped, over ${maximumBytes}.`);
  const lines = Object.entries(shipped).map(([name, bytes]) => `  ${name}: '${bytes.toString('base64')}',`);
  await mkdir(dirname(output), { recursive: true });
  const temporary = `${output}.${process.pid}`;
  const flags = `export const sharedAt = ${JSON.stringify(sharedAt)};`;
  await writeFile(temporary, `// ${digest}\nexport const binaries = {\n${lines.join('\n')}\n};\n${flags}\n`);
  await rename(temporary, output);
  const sizes = Object.entries(shipped).map(([name, bytes]) => `${name} ${bytes.length}`);
  console.log(`kernels: ${sizes.join(', ')} bytes; gzip ${gzipped}`);
}

import { findImages } from './images';
import { findModel } from './modelFiles';
import { problemOf } from './problem';
import type { AuditAnswer, AuditRequest } from './protocol';
import { sortFiles } from './sortFiles';

const post = (answer: AuditAnswer): void => self.postMessage(answer);

async function audit(request: AuditRequest): Promise<void> {
  // Most broken files are told before anything is loaded to run them.
  const files = sortFiles(request.files);
  const found = await findModel(files);
  const images = await findImages(files, request.limit);
  const [{ runAudit }, { startGuarded }] = await Promise.all([import('./runAudit'), import('./startGuarded')]);
  await startGuarded();
  await runAudit(request, found, images, post);
}

self.addEventListener('message', ({ data }: MessageEvent<AuditRequest>) => {
  audit(data).catch((error: unknown) => post({ type: 'failed', problem: problemOf(error, 'auditFails') }));
});

export { type AuditOptions, auditModel } from './audit/auditModel';
export type { AuditData, Batch, ModelInput } from './audit/batches';

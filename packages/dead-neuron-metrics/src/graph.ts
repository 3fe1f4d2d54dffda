export type { AuditData, Batch, ModelInput } from './audit/batches';
export { auditModel, type GraphAuditOptions } from './graph/auditModel';

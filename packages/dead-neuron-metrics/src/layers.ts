export { type AuditOptions, auditModel } from './audit/auditModel';
export type { AuditData, Batch, ModelInput } from './audit/batches';
export type { BoxCorner } from './certify/box';
export { type CertifyOptions, certify } from './certify/certify';
export type { DeathCause, DeathDiagnosis } from './monitor/causes';
export { type DeadNeuronMonitor, deadNeuronMonitor, type MonitorOptions } from './monitor/deadNeuronMonitor';
export type { LayerStep, MonitorEvent, MonitorHistory, MonitorStep } from './monitor/history';

export { auditOverQueue, type QueueAuditOptions } from './queue/auditOverQueue';
export { type QueueExecutorOptions, queueExecutor } from './queue/queueExecutor';
export { type QueueWorker, type QueueWorkerOptions, startQueueWorker, type WorkerEvent } from './queue/queueWorker';

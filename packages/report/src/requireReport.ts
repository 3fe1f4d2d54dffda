import type { DeadNeuronReport } from '@relumine/core';

/** Throws unless `report` has the shape of a `relumine.report/1`; `where` names the function that wants it. */
export function requireReport(where: string, report: unknown): asserts report is DeadNeuronReport {
  const like = report as { schema?: unknown; layers?: unknown; summary?: unknown; curve?: unknown } | null | undefined;
  const isObject = typeof like === 'object' && like !== null;
  if (isObject && like.schema === 'relumine.report/1' && Array.isArray(like.layers) && typeof like.summary === 'object')
    return;
  const received = isObject ? `schema ${JSON.stringify(like.schema)}` : JSON.stringify(report);
  // Not core's own helper: its module loads tfjs, and a report must be readable where tfjs is not installed.
  throw new TypeError(
    `[relumine/report/${where}] \`report\` must be a report of schema "relumine.report/1". Received: ${received}. auditModel and mergeReports return one; JSON text needs JSON.parse first.`,
  );
}

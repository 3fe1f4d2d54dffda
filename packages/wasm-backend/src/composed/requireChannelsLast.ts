/** The wasm backend convolves channels-last images alone. */
export function requireChannelsLast(kernel: string, dataFormat: string | undefined): void {
  if (dataFormat === undefined || dataFormat === 'NHWC') return;
  throw new RangeError(
    `[relumine/wasm-backend/${kernel}] \`dataFormat\` must be NHWC. Received: ${dataFormat}. Transpose to channels last first.`,
  );
}
